"""What an artist can choose from: the names, labels and descriptions of styles and methods."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One choice: the name that is stored and typed, the label that is shown, one line on what it is."""

    name: str
    label: str
    description: str


#: The 26 styles of the shipped network, in the network's own order: an entry's place is its index there.
#: Never reorder: Blender files store the place.
STYLES: tuple[Entry, ...] = (
    Entry("honey-and-sky", "Honey and Sky", "Soft brush, warm honey yellow against pale blue"),
    Entry("de-stijl", "De Stijl", "Thick black lines, white ground, blocks of yellow"),
    Entry("winter-ink", "Winter Ink", "Dark ink on pale blue and peach"),
    Entry("stained-glass", "Stained Glass", "Bright shards of red, blue and gold on black"),
    Entry("crimson-hatching", "Crimson Hatching", "Fine hatching in crimson, peach and light blue"),
    Entry("embers", "Embers", "Broad pastel strokes of burnt orange and slate blue"),
    Entry("indigo-spores", "Indigo Spores", "Deep indigo, covered with small dark cells"),
    Entry("bold-primaries", "Bold Primaries", "Large dark fields of blue, red and yellow"),
    Entry("cyan-magenta-sketch", "Cyan and Magenta Sketch", "Light pen strokes in cyan, magenta and yellow on white"),
    Entry("teal-blots", "Teal Blots", "Woven blots of teal, white and red"),
    Entry("rust", "Rust", "Rough canvas in rust red and brown"),
    Entry("ochre-woodcut", "Ochre Woodcut", "Brown cut lines on ochre and grey paper"),
    Entry("lavender-morning", "Lavender Morning", "Impressionist strokes of lavender, violet and yellow"),
    Entry("green-expressionist", "Green Expressionist", "Dark outlines, hatched green, yellow and red"),
    Entry("pale-mist", "Pale Mist", "Pale blue and rose, almost a watercolour"),
    Entry("opal-glass", "Opal Glass", "Thin dark lines around cells of pastel glass"),
    Entry("blue-crayon", "Blue Crayon", "Slanted crayon strokes in blue, violet and orange"),
    Entry("woven-lattice", "Woven Lattice", "A lattice of red, orange and blue bars"),
    Entry("carved-wood", "Carved Wood", "Vertical grain, brown lines carved into sand"),
    Entry("starry-night", "Starry Night", "Short swirling strokes in deep blue and yellow, after Van Gogh"),
    Entry("crimson-dusk", "Crimson Dusk", "Heavy dark reds, a glimpse of blue"),
    Entry("paper-cutout", "Paper Cut-Out", "Flat shapes of black, pink and light blue"),
    Entry("lilac-ink", "Lilac Ink", "Thick black brush outlines on lilac and cream, with red"),
    Entry("soft-twilight", "Soft Twilight", "Out of focus, dark greens and a pale evening sky"),
    Entry("woodblock-wave", "Woodblock Wave", "Prussian blue on cream paper, after Hokusai"),
    Entry("dusk-swirls", "Dusk Swirls", "Restless curved strokes in slate blue and amber"),
)

#: The methods, the default first. Never reorder: Blender files store the place.
METHODS: tuple[Entry, ...] = (
    Entry("steady", "Steady", "Stable and sharp: the best picture for the time"),
    Entry("fast", "Fast Artistic Videos", "The published method, term by term: slower, less sharp"),
    Entry("blend", "Blend", "Mixes every painted frame with the moved frame before: almost free, softer"),
    Entry("johnson", "Per Frame", "Every frame by itself: fastest, flickers"),
)

DEFAULT_STYLE = "starry-night"
DEFAULT_METHOD = METHODS[0].name
