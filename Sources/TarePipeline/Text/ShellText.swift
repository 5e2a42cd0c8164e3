/// Commands as a shell takes them.

extension [String] {
  /// The words, quoted where a shell needs that.
  package var shellText: String {
    map { word in
      word.wholeMatch(of: /[A-Za-z0-9._\/=:@,+%-]+/) != nil
        ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }
}
