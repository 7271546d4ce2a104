"""The offline engine: rules that understand sales questions in pt, en and es, call the tools and phrase the figures.

It must not know SQL, nor any name of a person, customer or product: those come from the catalogue it is given.
"""
