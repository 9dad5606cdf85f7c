"""The till: sells places, takes cash, issues and prints tickets, and loses nothing on the way. No screen in here."""
