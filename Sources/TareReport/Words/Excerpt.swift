/// The beginning of a text for places where one line is all there is.

extension String {
  /// At most `count` characters on one line, with "…" where there is more.
  package func excerpt(_ count: Int) -> String {
    // Of a long text only its beginning is looked at.
    let words = prefix(4 * count).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > count || dropFirst(4 * count).contains(where: { !$0.isWhitespace })
      ? words.prefix(count) + "…" : words
  }
}
