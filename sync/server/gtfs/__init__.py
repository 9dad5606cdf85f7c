"""A station's timetable out of a GTFS feed (gtfs.org, Schedule reference): read, checked, and made into ours.

`reading.read_feed` takes the files apart and lists what is wrong with them; `building.build` makes a `Timetable` of
what concerns one station, with what a feed does not say from a `plan.StationPlan`. How the new timetable takes the
place of the old one, with tickets sold, is `sync.server.new_timetable`.
"""
