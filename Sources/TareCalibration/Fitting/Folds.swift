/// Which prompts are left out together.
package import TareCore

/// Prompts dealt to folds by their ids alone, so that a saved calibration finds the fold of a prompt
/// again, and prompts that it never saw have one too. Rows without prompts are dealt by what they
/// hold, so that neither depends on where a row stands.
package struct Folds: Sendable {
  package let count: Int
  /// The fold of each row, [row].
  package let ofRow: [Int32]

  package init(_ prompts: PromptGroups, count: Int) {
    self.count = count
    let folds = prompts.ids.map { Folds.fold(of: $0, among: count) }
    ofRow = prompts.groupOfRow.map { folds[Int($0)] }
  }

  private init(count: Int, ofRow: [Int32]) {
    self.count = count
    self.ofRow = ofRow
  }

  /// - Parameter byContents: whether rows are dealt by what they hold; nil for tables whose prompts
  ///   are none.
  init(of table: CalibrationTable, count: Int, byContents: Bool? = nil) {
    let prompts = table.prompts ?? PromptGroups([String]())
    guard byContents ?? Self.areByContents(table) else {
      self.init(prompts, count: count)
      return
    }
    self.init(
      count: count,
      ofRow: RowKeys.numbers(of: table).map { Int32(Folds.fold(of: $0, among: count)) })
  }

  /// How many choose gamma.
  static let usual = 5

  /// Whether the rows of a table are dealt by what they hold.
  static func areByContents(_ table: CalibrationTable) -> Bool {
    table.prompts?.areRowNumbers ?? true
  }

  /// FNV-1a over the id's UTF-8, mixed once more (its low bits alone are poor): the same on every
  /// machine and in every version.
  static func fold(of id: String, among count: Int) -> Int32 {
    fold(of: hash(of: id), among: count)
  }

  private static func fold(of hash: UInt64, among count: Int) -> Int32 {
    var random = Xoshiro256(seed: hash)
    return Int32(random.next(below: count))
  }

  static func hash(of text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  /// - Returns: rows in the fold, and all others.
  func split(_ fold: Int) -> (inside: [Int32], outside: [Int32]) {
    ((0..<Int32(ofRow.count)).filter { ofRow[Int($0)] == fold }, rows(outside: [fold]))
  }

  func rows(outside folds: Set<Int>) -> [Int32] {
    let isLeft = (0..<Int32(count)).map { folds.contains(Int($0)) }
    var rows: [Int32] = []
    // What is reserved and not used costs no memory.
    rows.reserveCapacity(ofRow.count)
    for row in ofRow.indices where !isLeft[Int(ofRow[row])] { rows.append(Int32(row)) }
    return rows
  }
}
