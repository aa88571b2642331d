"""Does this prototype still hold together?"""
