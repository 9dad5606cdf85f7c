"""The promises as rules of their own: what was seen goes in, what is broken comes out.

No rule of the product is asked here about places, uses or money: one that is wrong there would be wrong here too.
"""
