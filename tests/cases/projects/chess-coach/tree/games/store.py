_BOARDS = {}


def put(key, board):
    _BOARDS[key] = board


def get(key):
    return _BOARDS.get(key)
