"""stub"""
def find_actions(text, structure, language): return []
