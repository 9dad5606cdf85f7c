"""The programs on a disk that fails as disks do."""
