/// `tare evaluate --against-ranking`: what is asked for.
internal import TareCore
internal import TareEvaluation
internal import TareFormats

package struct RankingRequest: Sendable {
  /// Each part, a run, a file or a value of the column `by`, is a policy.
  package var sources: [ScoreSource]
  /// Tables with a column of names and one of numbers.
  package var rankings: [String]
  /// The column of the numbers; nil where there is but one.
  package var value: String?
  /// A table whose first column has policies' names and its second their names in the ranking.
  package var names: String?
  package var bootstrap = 10_000
  package var seed: UInt64 = 1

  package init(sources: [ScoreSource], rankings: [String]) {
    self.sources = sources
    self.rankings = rankings
  }

  /// Columns that name a ranking's entries.
  private static let nameColumns = ["model", "name", "policy", "generator", "key"]

  /// - Throws: `TareError.badData` for a file without names or numbers, `TareError.usage` where several
  ///   columns hold numbers.
  func ranking(_ path: String) throws(TareError) -> NamedRanking {
    let table = try Self.table(path)
    let named = Self.nameColumns.compactMap { name in
      table.columns.first { $0.lowercased() == name }
    }
    let numeric = table.columns.filter { column in
      column != named.first && (try? table.numbers(in: column)) != nil
    }
    guard
      let column = named.first ?? table.columns.first(where: { !numeric.contains($0) })
    else {
      throw .badData(
        place: table.name, found: "no column of names", accepted: "a column model or name")
    }
    let measure: String
    if let value {
      measure = value
    } else if numeric.count == 1 {
      measure = numeric[0]
    } else if numeric.isEmpty {
      throw .badData(
        place: table.name, found: "no column of numbers",
        accepted: "a column with a number in every row")
    } else {
      throw .usage(
        "\(table.name): expected one column of numbers, found \(list(numeric)); "
          + "name it with --ranking-value")
    }
    let values = try table.numbers(in: measure)
    let names = try table.names(in: column)
    if let row = names.firstIndex(where: { $0 == nil }) {
      throw .badData(
        place: "\(table.name), row \(row + 1), column '\(column)'", found: "no name",
        accepted: "the name of a model")
    }
    return try NamedRanking(
      name: table.name, measure: measure, largerIsBetter: measure.lowercased() != "rank",
      names: names.compactMap(\.self), values: values)
  }

  /// - Throws: `TareError.badData` for a table of other than two columns, or a name that comes twice.
  func translations() throws(TareError) -> [String: String] {
    guard let names else { return [:] }
    let table = try Self.table(names)
    guard table.columns.count == 2 else {
      throw .badData(
        place: table.name, found: "\(table.columns.count) columns",
        accepted: "two: the name in the scores, and the name in the ranking")
    }
    let own = try table.names(in: table.columns[0])
    let other = try table.names(in: table.columns[1])
    var translations: [String: String] = [:]
    for (row, (name, translation)) in zip(own, other).enumerated() {
      guard let name else { continue }
      if let known = translations.updateValue(translation ?? "", forKey: name) {
        throw .badData(
          place: "\(table.name), row \(row + 1)",
          found: "'\(name)' again, which was '\(known)'", accepted: "each name once")
      }
    }
    return translations
  }

  private static func table(_ path: String) throws(TareError) -> DataTable {
    let file = try InputFile(path)
    return try readTable(file.bytes, name: file.name)
  }
}
