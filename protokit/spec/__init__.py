"""prototype.yaml: its fields, how it is read and written, and what older ones become."""
