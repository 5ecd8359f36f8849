"""What an artist can choose from: the names, labels and descriptions of styles and methods."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One choice: the name that is stored and typed, the label that is shown, one line on what it is."""

    name: str
    label: str
    description: str


class StyleEntry(NamedTuple):
    """One style: as `Entry`, and what it consists of.

    network:  paints T: `multistyle26` (the entry's place is its index there) or `arbitrary` (takes the painting).
    painting: the file, in the engine's folder `paintings`, of the picture that the style is after; or empty.
    """

    name: str
    label: str
    description: str
    painting: str = ""
    network: str = "multistyle26"


#: The styles; the first 26 are those of the multistyle network, in its own order. Never reorder: Blender files store
#: the place.
STYLES: tuple[StyleEntry, ...] = (
    StyleEntry("honey-and-sky", "Honey and Sky", "Soft brush, warm honey yellow against pale blue"),
    StyleEntry("de-stijl", "De Stijl", "Thick black lines, white ground, blocks of yellow"),
    StyleEntry("winter-ink", "Winter Ink", "Dark ink on pale blue and peach"),
    StyleEntry("stained-glass", "Stained Glass", "Bright shards of red, blue and gold on black"),
    StyleEntry("crimson-hatching", "Crimson Hatching", "Fine hatching in crimson, peach and light blue"),
    StyleEntry("embers", "Embers", "Broad pastel strokes of burnt orange and slate blue"),
    StyleEntry("indigo-spores", "Indigo Spores", "Deep indigo, covered with small dark cells"),
    StyleEntry("bold-primaries", "Bold Primaries", "Large dark fields of blue, red and yellow"),
    StyleEntry(
        "cyan-magenta-sketch", "Cyan and Magenta Sketch", "Light pen strokes in cyan, magenta and yellow on white"
    ),
    StyleEntry("teal-blots", "Teal Blots", "Woven blots of teal, white and red"),
    StyleEntry("rust", "Rust", "Rough canvas in rust red and brown"),
    StyleEntry("ochre-woodcut", "Ochre Woodcut", "Brown cut lines on ochre and grey paper"),
    StyleEntry("lavender-morning", "Lavender Morning", "Impressionist strokes of lavender, violet and yellow"),
    StyleEntry("green-expressionist", "Green Expressionist", "Dark outlines, hatched green, yellow and red"),
    StyleEntry("pale-mist", "Pale Mist", "Pale blue and rose, almost a watercolour"),
    StyleEntry("opal-glass", "Opal Glass", "Thin dark lines around cells of pastel glass"),
    StyleEntry("blue-crayon", "Blue Crayon", "Slanted crayon strokes in blue, violet and orange"),
    StyleEntry("woven-lattice", "Woven Lattice", "A lattice of red, orange and blue bars"),
    StyleEntry("carved-wood", "Carved Wood", "Vertical grain, brown lines carved into sand"),
    StyleEntry(
        "starry-night",
        "Starry Night",
        "Short swirling strokes in deep blue and yellow, after Van Gogh",
        "starry_night.jpg",
    ),
    StyleEntry("crimson-dusk", "Crimson Dusk", "Heavy dark reds, a glimpse of blue"),
    StyleEntry("paper-cutout", "Paper Cut-Out", "Flat shapes of black, pink and light blue"),
    StyleEntry("lilac-ink", "Lilac Ink", "Thick black brush outlines on lilac and cream, with red"),
    StyleEntry("soft-twilight", "Soft Twilight", "Out of focus, dark greens and a pale evening sky"),
    StyleEntry("woodblock-wave", "Woodblock Wave", "Prussian blue on cream paper, after Hokusai", "great_wave.jpg"),
    StyleEntry("dusk-swirls", "Dusk Swirls", "Restless curved strokes in slate blue and amber"),
    StyleEntry(
        "the-starry-night",
        "The Starry Night",
        "Van Gogh, 1889: deep blue and yellow, grained like canvas",
        "starry_night.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "village-street",
        "Village Street in Auvers",
        "Van Gogh, 1890: bright orange, green and cream, torn edges",
        "village_street_in_auvers.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "the-great-wave",
        "The Great Wave",
        "Hokusai, about 1831: Prussian blue on sand, fine hatching",
        "great_wave.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "ejiri",
        "Ejiri in Suruga Province",
        "Hokusai, about 1832: blue, green and white, black outlines",
        "ejiri.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "hokusai-poppies", "Poppies", "Hokusai, 1833: orange and black on pale paper", "poppies.jpg", "arbitrary"
    ),
    StyleEntry(
        "benzaiten-shrine",
        "Benzaiten Shrine in Snow",
        "Hiroshige, about 1845: ochre and teal, evening light",
        "benzaiten_shrine_in_snow.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "composition-viii",
        "Composition VIII",
        "Kandinsky, 1923: black outlines, cream ground, small bright fields",
        "composition_viii.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "summertime",
        "Summertime",
        "Cassatt, 1894: lively strokes of blue, green and rose",
        "summertime.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "moulin-de-la-galette",
        "Moulin de la Galette",
        "Renoir, 1876: dark, dappled with gold",
        "moulin_de_la_galette.jpg",
        "arbitrary",
    ),
    StyleEntry(
        "the-harvesters",
        "The Harvesters",
        "Bruegel, 1565: wheat and olive, muted and fine",
        "harvesters.jpg",
        "arbitrary",
    ),
)

#: The methods, the default first. Never reorder: Blender files store the place.
METHODS: tuple[Entry, ...] = (
    Entry("steady", "Steady", "Stable and sharp: the best picture for the time"),
    Entry("fast", "Fast Artistic Videos", "The published method, term by term: slower, less sharp"),
    Entry("blend", "Blend", "Mixes every painted frame with the moved frame before: almost free, softer"),
    Entry("johnson", "Per Frame", "Every frame by itself: fastest, flickers"),
    Entry("painterly", "Painterly", "The painting's own brush strokes and palette, held still: three times as slow"),
    Entry("fast-stable", "Fast, More Stable", "The published method with its second set of weights"),
    Entry("fast-free", "Fast, No Pixel Loss", "The published method without its pixel loss"),
    Entry("ruder", "Ruder", "Straight from the painting, 1000 iterations a frame: minutes a frame"),
    Entry("ruder-30", "Ruder, 30 Iterations", "Straight from the painting, stopped early"),
    Entry("ruder-long-term", "Ruder, Long Term", "Straight from the painting; what comes back looks as it did before"),
    Entry("gatys", "Gatys", "Straight from the painting, every frame by itself: slow, flickers"),
    Entry("gatys-noise", "Gatys, From Noise", "The same from noise: every frame is another picture"),
    Entry("steady-long-term", "Steady, Long Term", "Steady, and what was covered comes back as it was"),
)

#: The methods whose style target is a painting.
METHODS_WITH_PAINTING = frozenset({"painterly", "ruder", "ruder-30", "ruder-long-term", "gatys", "gatys-noise"})

DEFAULT_STYLE = "starry-night"
DEFAULT_METHOD = METHODS[0].name
