/// Sets of Unicode general categories, and the category of a scalar by one look into a table.

/// A set of general categories, a bit each. The categories are those of Unicode 16.
struct CategorySet: OptionSet, Sendable {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }

  static let uppercaseLetter = CategorySet(rawValue: 1 << 0)
  static let lowercaseLetter = CategorySet(rawValue: 1 << 1)
  static let titlecaseLetter = CategorySet(rawValue: 1 << 2)
  static let modifierLetter = CategorySet(rawValue: 1 << 3)
  static let otherLetter = CategorySet(rawValue: 1 << 4)
  static let nonspacingMark = CategorySet(rawValue: 1 << 5)
  static let spacingMark = CategorySet(rawValue: 1 << 6)
  static let enclosingMark = CategorySet(rawValue: 1 << 7)
  static let decimalNumber = CategorySet(rawValue: 1 << 8)
  static let letterNumber = CategorySet(rawValue: 1 << 9)
  static let otherNumber = CategorySet(rawValue: 1 << 10)
  static let connectorPunctuation = CategorySet(rawValue: 1 << 11)
  static let dashPunctuation = CategorySet(rawValue: 1 << 12)
  static let openPunctuation = CategorySet(rawValue: 1 << 13)
  static let closePunctuation = CategorySet(rawValue: 1 << 14)
  static let initialPunctuation = CategorySet(rawValue: 1 << 15)
  static let finalPunctuation = CategorySet(rawValue: 1 << 16)
  static let otherPunctuation = CategorySet(rawValue: 1 << 17)
  static let mathSymbol = CategorySet(rawValue: 1 << 18)
  static let currencySymbol = CategorySet(rawValue: 1 << 19)
  static let modifierSymbol = CategorySet(rawValue: 1 << 20)
  static let otherSymbol = CategorySet(rawValue: 1 << 21)
  static let spaceSeparator = CategorySet(rawValue: 1 << 22)
  static let lineSeparator = CategorySet(rawValue: 1 << 23)
  static let paragraphSeparator = CategorySet(rawValue: 1 << 24)
  static let control = CategorySet(rawValue: 1 << 25)
  static let format = CategorySet(rawValue: 1 << 26)
  static let surrogate = CategorySet(rawValue: 1 << 27)
  static let privateUse = CategorySet(rawValue: 1 << 28)
  static let unassigned = CategorySet(rawValue: 1 << 29)

  static let letter: CategorySet = [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
  ]
  static let mark: CategorySet = [.nonspacingMark, .spacingMark, .enclosingMark]
  static let number: CategorySet = [.decimalNumber, .letterNumber, .otherNumber]
  static let punctuation: CategorySet = [
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation,
  ]
  static let symbol: CategorySet = [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol]
  static let separator: CategorySet = [.spaceSeparator, .lineSeparator, .paragraphSeparator]
  static let other: CategorySet = [.control, .format, .surrogate, .privateUse, .unassigned]

  /// The names that `\p{…}` takes, in the order of the Unicode standard.
  static let names: [(short: String, long: String, set: CategorySet)] = [
    ("L", "Letter", .letter), ("Lu", "Uppercase_Letter", .uppercaseLetter),
    ("Ll", "Lowercase_Letter", .lowercaseLetter), ("Lt", "Titlecase_Letter", .titlecaseLetter),
    ("LC", "Cased_Letter", [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]),
    ("Lm", "Modifier_Letter", .modifierLetter), ("Lo", "Other_Letter", .otherLetter),
    ("M", "Mark", .mark), ("Mn", "Nonspacing_Mark", .nonspacingMark),
    ("Mc", "Spacing_Mark", .spacingMark), ("Me", "Enclosing_Mark", .enclosingMark),
    ("N", "Number", .number), ("Nd", "Decimal_Number", .decimalNumber),
    ("Nl", "Letter_Number", .letterNumber), ("No", "Other_Number", .otherNumber),
    ("P", "Punctuation", .punctuation), ("Pc", "Connector_Punctuation", .connectorPunctuation),
    ("Pd", "Dash_Punctuation", .dashPunctuation), ("Ps", "Open_Punctuation", .openPunctuation),
    ("Pe", "Close_Punctuation", .closePunctuation),
    ("Pi", "Initial_Punctuation", .initialPunctuation),
    ("Pf", "Final_Punctuation", .finalPunctuation), ("Po", "Other_Punctuation", .otherPunctuation),
    ("S", "Symbol", .symbol), ("Sm", "Math_Symbol", .mathSymbol),
    ("Sc", "Currency_Symbol", .currencySymbol), ("Sk", "Modifier_Symbol", .modifierSymbol),
    ("So", "Other_Symbol", .otherSymbol), ("Z", "Separator", .separator),
    ("Zs", "Space_Separator", .spaceSeparator), ("Zl", "Line_Separator", .lineSeparator),
    ("Zp", "Paragraph_Separator", .paragraphSeparator), ("C", "Other", .other),
    ("Cc", "Control", .control), ("Cf", "Format", .format), ("Cs", "Surrogate", .surrogate),
    ("Co", "Private_Use", .privateUse), ("Cn", "Unassigned", .unassigned),
  ]

  /// The categories of a `\p{…}` name, whatever its case, spaces, hyphens and underscores.
  init?(named name: String) {
    func plain(_ text: String) -> String {
      text.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
    }
    let wanted = plain(name)
    let match = Self.names.first { plain($0.short) == wanted || plain($0.long) == wanted }
    guard let match else { return nil }
    self = match.set
  }
}

extension CategorySet {
  /// The category of a scalar, as a set of one. A surrogate, which no text holds, is `.surrogate`.
  init(of value: UInt32) {
    self = value < Self.tableEnd ? Self(index: Self.table[Int(value)]) : Self(lookingUp: value)
  }

  private init(index: UInt8) { self.init(rawValue: 1 << UInt32(index)) }

  private init(lookingUp value: UInt32) {
    guard let scalar = Unicode.Scalar(value) else {
      self = .surrogate
      return
    }
    let isNewer = scalar.properties.age.map { $0 > Self.version } ?? false
    self = isNewer ? .unassigned : Self(scalar.properties.generalCategory)
  }

  /// The version of Unicode that the `tokenizers` library's patterns know; the standard library can
  /// know a later one, whose new scalars are unassigned here.
  private static let version = (major: 16, minor: 0)

  /// The first two planes hold all scripts and symbols in common use; the standard library's own
  /// search, which serves the others, is several times slower than the table.
  private static let tableEnd: UInt32 = 0x20000

  /// The bit of each scalar's category.
  private static let table: [UInt8] = (0..<tableEnd).map {
    UInt8(Self(lookingUp: $0).rawValue.trailingZeroBitCount)
  }

  private init(_ category: Unicode.GeneralCategory) {
    self =
      switch category {
      case .uppercaseLetter: .uppercaseLetter
      case .lowercaseLetter: .lowercaseLetter
      case .titlecaseLetter: .titlecaseLetter
      case .modifierLetter: .modifierLetter
      case .otherLetter: .otherLetter
      case .nonspacingMark: .nonspacingMark
      case .spacingMark: .spacingMark
      case .enclosingMark: .enclosingMark
      case .decimalNumber: .decimalNumber
      case .letterNumber: .letterNumber
      case .otherNumber: .otherNumber
      case .connectorPunctuation: .connectorPunctuation
      case .dashPunctuation: .dashPunctuation
      case .openPunctuation: .openPunctuation
      case .closePunctuation: .closePunctuation
      case .initialPunctuation: .initialPunctuation
      case .finalPunctuation: .finalPunctuation
      case .otherPunctuation: .otherPunctuation
      case .mathSymbol: .mathSymbol
      case .currencySymbol: .currencySymbol
      case .modifierSymbol: .modifierSymbol
      case .otherSymbol: .otherSymbol
      case .spaceSeparator: .spaceSeparator
      case .lineSeparator: .lineSeparator
      case .paragraphSeparator: .paragraphSeparator
      case .control: .control
      case .format: .format
      case .surrogate: .surrogate
      case .privateUse: .privateUse
      case .unassigned: .unassigned
      @unknown default: .unassigned
      }
  }
}
