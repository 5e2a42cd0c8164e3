/// A column that no command takes by itself, and the options that could take it.
internal import TareCore
internal import TareFormats

struct DoctorColumn: Sendable {
  enum Kind: String, Sendable {
    case constant
    /// 0 and 1 alone.
    case flags
    case numbers
    /// Texts of which many are equal.
    case names
    case texts
    /// Lists, objects, or nothing at all.
    case other
  }

  let name: String
  let kind: Kind

  var isNumeric: Bool { kind == .numbers }

  /// Whether it is called as a length is.
  var mayBeLength: Bool {
    let name = name.lowercased()
    return ["len", "char", "word", "token"].contains(where: name.contains)
  }

  /// Options that it may be right for.
  var options: [String] {
    switch kind {
    case .flags: ["--label \(name)"]
    case .numbers: ["--covariate \(name)"] + (mayBeLength ? ["--length \(name)"] : [])
    case .names: ["--subset \(name)"]
    case .constant, .texts, .other: []
    }
  }

  static func all(_ names: [String], of table: DataTable?) -> [DoctorColumn] {
    guard let table else { return [] }
    return names.map { DoctorColumn(name: $0, kind: kind(of: $0, in: table)) }
  }

  private static func kind(of name: String, in table: DataTable) -> Kind {
    if let numbers = try? table.numbers(in: name) {
      let distinct = Set(numbers)
      if distinct.count == 1 { return .constant }
      return distinct == [0, 1] ? .flags : .numbers
    }
    guard let names = try? table.names(in: name) else { return .other }
    let distinct = Set(names.compactMap(\.self)).count
    switch distinct {
    case 0: return .other
    case 1: return .constant
    // Subsets of five prompts and more on average.
    case ...max(2, names.count / 5): return .names
    default: return .texts
    }
  }
}
