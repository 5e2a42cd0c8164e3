/// What built-ins cost, so that a template's steps are worth about the same time whatever it calls.

/// Steps that a built-in takes for 16 bytes of text and for one element of a list, of what stands
/// before the bar or the dot and of its arguments.
///
/// Measured as processor time over that of an empty loop's steps, and rounded up. A template may
/// take `Limits.work` of them, which is to end any within a second.
struct Pace: Sendable {
  var text = 1
  var element = 1
  /// What any text takes, however short.
  var anyText = 0

  /// What goes through a text value by value makes a value of each character.
  static let goesThrough = Pace(text: 32, element: 4)

  func steps(_ value: Value) -> Int {
    switch value {
    case .string, .markup:
      anyText + value.size.multipliedReportingOverflow(by: text).partialValue
    default: value.size.multipliedReportingOverflow(by: element).partialValue
    }
  }
}

extension Filters {
  static let paces: [String: Pace] = [
    // Case, which is looked up scalar by scalar.
    "upper": Pace(text: 6), "lower": Pace(text: 8), "capitalize": Pace(text: 40),
    "title": Pace(text: 64),
    // Texts that are written anew scalar by scalar.
    "wordcount": Pace(text: 44), "escape": Pace(text: 16, element: 16),
    "e": Pace(text: 16, element: 16), "forceescape": Pace(text: 16), "indent": Pace(text: 40),
    "urlencode": Pace(text: 24, element: 8), "striptags": Pace(text: 80),
    "xmlattr": Pace(text: 16, element: 16), "center": Pace(text: 6), "truncate": Pace(text: 6),
    "trim": Pace(text: 4), "replace": Pace(text: 2), "int": Pace(text: 64, anyText: 600),
    "float": Pace(text: 48, anyText: 250), "tojson": Pace(text: 8, element: 3),
    "format": Pace(text: 12),
    // What makes a value of each element.
    "list": Pace(text: 32, element: 2), "first": .goesThrough, "last": .goesThrough,
    "reverse": .goesThrough, "batch": .goesThrough, "slice": .goesThrough, "sort": .goesThrough,
    "dictsort": .goesThrough, "unique": Pace(text: 48, element: 12), "min": .goesThrough,
    "max": .goesThrough, "sum": .goesThrough, "join": .goesThrough, "map": .goesThrough,
    "select": .goesThrough, "reject": .goesThrough, "selectattr": .goesThrough,
    "rejectattr": .goesThrough, "groupby": Pace(text: 64, element: 48),
    "items": Pace(element: 4), "string": Pace(element: 4),
  ]
}

extension StringMethods {
  static let paces: [String: Pace] = [
    "upper": Pace(text: 6), "lower": Pace(text: 8), "capitalize": Pace(text: 40),
    "title": Pace(text: 64), "swapcase": Pace(text: 64), "casefold": Pace(text: 64),
    "strip": Pace(text: 4), "lstrip": Pace(text: 4), "rstrip": Pace(text: 4),
    "ljust": Pace(text: 6), "rjust": Pace(text: 6), "zfill": Pace(text: 18),
    "center": Pace(text: 6), "expandtabs": Pace(text: 32), "splitlines": Pace(text: 32),
    "replace": Pace(text: 2), "join": Pace(text: 32, element: 4),
    "find": Pace(text: 4), "rfind": Pace(text: 4), "index": Pace(text: 4),
    "rindex": Pace(text: 4), "count": Pace(text: 2),
    "isspace": Pace(text: 8), "isalpha": Pace(text: 14), "isdigit": Pace(text: 14),
    "isdecimal": Pace(text: 14), "isnumeric": Pace(text: 14), "isalnum": Pace(text: 24),
    "islower": Pace(text: 36), "isupper": Pace(text: 36), "istitle": Pace(text: 36),
    "isprintable": Pace(text: 14), "isidentifier": Pace(text: 14), "format": Pace(text: 12),
    "format_map": Pace(text: 8),
  ]
}

extension Tests {
  static let paces: [String: Pace] = [
    "lower": Pace(text: 36), "upper": Pace(text: 36), "in": Pace(text: 2, element: 2),
  ]
}

extension [String: Builtin] {
  /// With what each costs.
  func paced(_ paces: [String: Pace]) -> [String: Builtin] {
    var paced = self
    for (name, pace) in paces { paced[name] = self[name]?.at(pace) }
    return paced
  }
}
