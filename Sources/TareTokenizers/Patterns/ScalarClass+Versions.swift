/// Classes as the older tables of the `tokenizers` library have them: parts of it rest on libraries
/// that were made from earlier versions of Unicode. Established by asking the library 0.23.3 about
/// every scalar (Fixtures/make_script_tables.py).

extension ScalarClass {
  /// Punctuation of Unicode 8 and, of ASCII, all that is no letter, digit, space or control.
  static let punctuation = ScalarClass(
    ranges: [
      0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x166D...0x166D, 0x111C9...0x111C9,
    ],
    children: [ScalarClass(.punctuation, version: 8)])

  /// Marks of Unicode 9, which `StripAccents` leaves out.
  static let strippedMarks = ScalarClass(
    ranges: [0x1CF2...0x1CF3],
    children: [ScalarClass(.mark, version: 9, without: [0x111C9])])

  /// Nonspacing marks of Unicode 8, which `BertNormalizer` leaves out.
  static let bertMarks = ScalarClass(
    ranges: [0x1734...0x1734, 0x1171E...0x1171E],
    children: [
      ScalarClass(.nonspacingMark, version: 8, without: [0x1885, 0x1886, 0xA9BD, 0x111C9])
    ])

  /// What `BertNormalizer` cleans away: controls but tab and line ends, formats of Unicode 8,
  /// private use, and what stands for broken text.
  static let bertControls = ScalarClass(
    ranges: [0x00...0x08, 0x0B...0x0C, 0x0E...0x1F, 0x7F...0x9F, 0xFFFD...0xFFFD],
    categories: .privateUse, children: [ScalarClass(.format, version: 8)])

  /// The scalars of the categories that Unicode had in the version.
  private init(_ categories: CategorySet, version: Int, without exceptions: Set<UInt32> = []) {
    // The planes beyond have nothing that these categories concern but tags and private use.
    var ranges: [ClosedRange<UInt32>] = [0xE0001...0xE0001, 0xE0020...0xE007F]
    if !categories.contains(.format) { ranges = [] }
    if categories.contains(.nonspacingMark) { ranges.append(0xE0100...0xE01EF) }
    for value in UInt32(0)..<0x20000 where !exceptions.contains(value) {
      guard categories.contains(CategorySet(of: value)),
        let age = Unicode.Scalar(value)?.properties.age, age <= (version, 0)
      else { continue }
      if let last = ranges.last, last.upperBound == value - 1 {
        ranges[ranges.count - 1] = last.lowerBound...value
      } else {
        ranges.append(value...value)
      }
    }
    self.init(ranges: ranges)
  }
}
