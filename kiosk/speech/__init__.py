"""Speaks the screens: what is said (`script`), by what (`voice`, `espeak`), to whom (`jack`), and when (`speaker`)."""
