"""Addresses as QR codes."""

import io

from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """`text` as a QR code, an inline SVG that scales; dark on light also on dark pages, for cameras."""
    import segno

    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        stream, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=3, dark="#000", light="#fff"
    )
    return Markup(stream.getvalue().decode("utf-8"))
