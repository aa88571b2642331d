"""What a process may not do: files, network, other processes."""
