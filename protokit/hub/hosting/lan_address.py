"""Where the others in the same network reach this machine."""

import ipaddress
import socket

_INSIDE = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "podman", "utun", "tun", "tap")
"""How the names of networks begin that exist on this machine alone, or lead elsewhere."""


def lan_address(port: int) -> str:
    """The address of what listens at `port` here for others in the network; "" where this machine is in none."""
    import psutil

    running = psutil.net_if_stats()
    hosts = [
        (name.lower().startswith(_INSIDE), not ipaddress.ip_address(each.address).is_private, each.address)
        for name, addresses in psutil.net_if_addrs().items()
        if name in running and running[name].isup
        for each in addresses
        if each.family == socket.AF_INET and _is_outward(each.address)
    ]
    return f"http://{min(hosts)[2]}:{port}" if hosts else ""


def _is_outward(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return not (ip.is_loopback or ip.is_link_local or ip.is_unspecified)
