NAMES = ["Blackbird", "Blue tit", "Chaffinch", "Great tit", "House sparrow", "Robin", "Song thrush", "Wren"]
