/// The usual names of a row's columns, though the file spells them otherwise.
import TareCore

extension SourceRow {
  /// The number of its line, or of the row itself where it has no line of its own.
  var line: Int? { Int(place.drop { !$0.isNumber }) }

  /// The row with columns such as "Prompt" under the names that the layouts know; others, and those
  /// whose usual name is there too, keep theirs.
  var withUsualNames: SourceRow {
    guard columns.members.contains(where: { Self.usualName(of: $0.key, in: columns) != nil })
    else {
      return self
    }
    var renamed = JSONObject()
    for (key, value) in columns.members {
      let name = Self.usualName(of: key, in: columns) ?? key
      renamed[renamed[name] == nil ? name : key] = value
    }
    return SourceRow(place: place, columns: renamed, isText: isText)
  }

  private static func usualName(of key: String, in columns: JSONObject) -> String? {
    // A name that some layout knows as it stands is meant so.
    guard !known.contains(key), let name = usual[key.foldedName], columns[name] == nil
    else { return nil }
    return name
  }

  /// The layouts' names.
  private static let known = Set(
    RowLayouts.registry.entries.flatMap { $0.columns.flatMap(\.names) }
      + ["id", "prompt_id", "pair_id", "subset", "section", "system", "labels", "source"])

  /// The same by what they are in lower case; of two that differ in case alone the lower one.
  private static let usual: [String: String] = Dictionary(
    known.map { ($0.lowercased(), $0) }, uniquingKeysWith: { max($0, $1) })
}
