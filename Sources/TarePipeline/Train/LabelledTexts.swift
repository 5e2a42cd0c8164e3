/// A file of texts with a class each, as `tare train-head --sequence` takes it besides pairs.
internal import TareCore
internal import TareFormats
internal import TareTraining

struct LabelledTexts {
  let file: InputFile
  /// [row]
  let texts: [String]
  /// [row]
  let labels: [String]
  /// The different labels, sorted.
  let classes: [String]
  /// By the column 'split'; nil where there is none.
  let isHeldOut: [Bool]?

  /// - Returns: nil for another file: one that has responses, or no labels.
  /// - Throws: `TareError.badData` for a row without a text, a label or a known split.
  init?(
    _ file: InputFile, _ format: String?, _ columns: ColumnMapping, _ policy: RowPolicy
  ) throws(TareError) {
    // What cannot be read as a table may hold pairs all the same, whose reader says what is wrong.
    guard
      let table = try? readTable(file.bytes, name: file.name, format: format, columns: columns),
      table.has("label"), !table.has("chosen"), !table.has("response"),
      let text = ["prompt", "text"].first(where: table.has)
    else { return nil }
    guard !policy.leavesOut else {
      throw .usage("\(file.name): rows of classes cannot be left out; remove them from the file")
    }
    self.file = file
    texts = try Self.complete(table, text)
    labels = try Self.complete(table, "label")
    isHeldOut = try table.has("split") ? Self.heldOut(table) : nil
    classes = Set(labels).sorted()
    guard classes.count > 1 else {
      throw .badData(
        place: "\(file.name), column 'label'",
        found: classes.first.map { "the class '\($0)' only" } ?? "no rows",
        accepted: "at least two classes")
    }
  }

  private static func complete(
    _ table: DataTable, _ column: String
  ) throws(TareError) -> [String] {
    var values: [String] = []
    for (row, value) in try table.names(in: column).enumerated() {
      guard let value else {
        throw table.error(row, column, found: "nothing", accepted: "a text")
      }
      values.append(value)
    }
    return values
  }

  private static func heldOut(_ table: DataTable) throws(TareError) -> [Bool] {
    var isHeldOut: [Bool] = []
    for (row, value) in try complete(table, "split").enumerated() {
      guard value == "train" || value == "test" else {
        throw table.error(row, "split", found: "'\(value)'", accepted: "train or test")
      }
      isHeldOut.append(value == "test")
    }
    return isHeldOut
  }

  /// - Parameters:
  ///   - vectors: the features of each text, [row][width].
  ///   - all: the classes of all domains.
  func examples(_ vectors: [[Float]], of all: [String]) -> FeatureClasses {
    var places: [String: Int] = [:]
    for (place, name) in all.enumerated() { places[name] = place }
    let own = classes.compactMap { places[$0] }
    return FeatureClasses(
      vectors: vectors, labels: labels.map { places[$0] ?? 0 },
      choices: [[Int]](repeating: own, count: labels.count), prompts: texts,
      outputCount: all.count, isHeldOut: isHeldOut)
  }
}
