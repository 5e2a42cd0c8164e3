/// A frame in which a wide table scrolls by itself, so that the page does not; the keyboard reaches it.

/// - Parameter label: what screen readers call it.
func wideFrame(_ label: String, @MarkupBuilder _ contents: () -> [Markup]) -> Markup {
  tag(
    "div", ["class": "wide", "role": "region", "aria-label": label, "tabindex": "0"], contents)
}
