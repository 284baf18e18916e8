"""
The contrast of what a page shows, computed by WCAG's formula in the browser.

axe-core leaves undecided what is short, in a drawing or in a folded part. Visti's pages have plain backgrounds without
pictures, gradients or opacity, so that the background of a text is the nearest one of its ancestors.
"""

from selenium import webdriver

#: WCAG 2.2, 1.4.3: text; large text (24 px, or 18.66 px in bold). 1.4.11: what is not text, focus rings among it.
TEXT, LARGE_TEXT, NOT_TEXT = 4.5, 3.0, 3.0

#: Functions for scripts that run in a page: ``ratio(colour, colour)`` and ``backgroundOf(element)``.
FUNCTIONS = """
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = colour => {
        const linear = c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
        const [r, g, b] = channels(colour).map(c => linear(c / 255));
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ratio = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + .05) / (dark + .05);
    };
    const backgroundOf = element => {
        for (let box = element; box; box = box.parentElement) {
            const colour = getComputedStyle(box).backgroundColor;
            if ((channels(colour)[3] ?? 1) > 0) return colour;
        }
        return matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(18, 18, 18)" : "rgb(255, 255, 255)";
    };
"""

_TEXTS = """
    const [enough, enoughForLarge] = arguments;
    const poor = [];
    const look = (element, text, style) => {
        const colour = element.closest("svg") ? style.fill : style.color;
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const found = ratio(colour, backgroundOf(element));
        if (found < (large ? enoughForLarge : enough)) poor.push(`${text.slice(0, 60)}: ${found.toFixed(2)}`);
    };
    for (const element of document.body.querySelectorAll("*")) {
        if (element.closest("title, script")) continue;
        const own = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (own.length) look(element, own[0].data.trim(), getComputedStyle(element));
        if (element.placeholder) look(element, element.placeholder, getComputedStyle(element, "::placeholder"));
    }
    return poor;
"""


def poor_contrasts(browser: webdriver.Chrome, *, text: float = TEXT, large: float = LARGE_TEXT) -> list[str]:
    """Return the texts of the page, folded ones too, that stand out too little from their background."""
    return browser.execute_script(FUNCTIONS + _TEXTS, text, large)
