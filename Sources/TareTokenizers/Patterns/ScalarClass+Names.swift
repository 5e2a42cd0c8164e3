/// The classes that patterns name: `\p{…}` and `[:…:]`.

extension ScalarClass {
  /// The class of a `\p{…}` name, whatever its case, spaces, hyphens and underscores.
  init?(property name: String) {
    let plain = name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
    if let categories = CategorySet(named: name) {
      self.init(categories: categories)
    } else if let ranges = ScriptRanges.all[plain] {
      self.init(ranges: ranges)
    } else if plain == "any" {
      self.init(ranges: [0...0x10FFFF])
    } else if let set = ScalarClass(posix: plain) {
      self = set
    } else {
      return nil
    }
  }

  static let posixNames = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
  ]

  /// The class of a `[:…:]` name, as Oniguruma has it for Unicode.
  init?(posix name: String) {
    switch name {
    case "alpha": self = .alphabetic
    case "alnum": self.init(categories: .decimalNumber, children: [.alphabetic])
    case "ascii": self.init(ranges: [0x00...0x7F])
    case "blank": self.init(ranges: [0x09...0x09], categories: .spaceSeparator)
    case "cntrl": self.init(categories: .control)
    case "digit": self = .digit
    case "graph": self.init(categories: Self.visible)
    case "lower": self = .lowercase
    case "print": self.init(categories: Self.visible.union(.spaceSeparator))
    case "punct": self.init(categories: CategorySet.punctuation.union(.symbol))
    case "space": self = .space
    case "upper": self = .uppercase
    case "word": self = .word
    case "xdigit": self = .hexDigit
    default: return nil
    }
  }

  private static let visible: CategorySet = [
    .letter, .mark, .number, .punctuation, .symbol, .format, .privateUse,
  ]
  private static let alphabetic = ScalarClass(where: \.isAlphabetic)
  private static let lowercase = ScalarClass(where: \.isLowercase)
  private static let uppercase = ScalarClass(where: \.isUppercase)

  /// All scalars with a property.
  private init(where property: (Unicode.Scalar.Properties) -> Bool) {
    var ranges: [ClosedRange<UInt32>] = []
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), property(scalar.properties) else { continue }
      if let last = ranges.last, last.upperBound == value - 1 {
        ranges[ranges.count - 1] = last.lowerBound...value
      } else {
        ranges.append(value...value)
      }
    }
    self.init(ranges: ranges)
  }
}
