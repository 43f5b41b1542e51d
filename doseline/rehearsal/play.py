class PlayError(Exception):
    pass
