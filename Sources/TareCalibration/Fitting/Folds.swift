/// Which prompts are left out together.
package import TareCore

/// Prompts dealt to folds by their ids alone, so that a saved calibration finds the fold of a prompt
/// again, and prompts that it never saw have one too.
package struct Folds: Sendable {
  package let count: Int
  /// The fold of each row, [row].
  package let ofRow: [Int]

  package init(_ prompts: PromptGroups, count: Int) {
    self.count = count
    let folds = prompts.ids.map { Folds.fold(of: $0, among: count) }
    ofRow = prompts.groupOfRow.map { folds[$0] }
  }

  /// FNV-1a over the id's UTF-8, mixed once more (its low bits alone are poor): the same on every
  /// machine and in every version.
  static func fold(of id: String, among count: Int) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    var random = Xoshiro256(seed: hash)
    return random.next(below: count)
  }

  /// - Returns: rows in the fold, and all others.
  func split(_ fold: Int) -> (inside: [Int], outside: [Int]) {
    (ofRow.indices.filter { ofRow[$0] == fold }, ofRow.indices.filter { ofRow[$0] != fold })
  }
}
