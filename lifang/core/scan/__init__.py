"""Words read from a photo: proposed to a person, who confirms each before it fills anything."""
