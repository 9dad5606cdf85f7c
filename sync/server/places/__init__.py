"""Places of departures at the centre: how many a till is given, what it gets when it asks, what becomes of them when
the coach is another one."""
