"""What each screen shows, worked out from the session and the till's snapshot. Pure: plain values in, plain values out.

Every function gives one group of values (a mapping) or the rows of one list; the view model hands them to QML as they
are. Money is text, stops and numbers are text (QML's whole numbers have 32 bits), kinds are their numbers.
"""
