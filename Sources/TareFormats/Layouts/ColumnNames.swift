/// A table's column names, found by what people call them.
import TareCore

/// A name is found as it stands, or else without regard to case and surrounding blanks where just one
/// column has it so.
struct ColumnNames: Sendable {
  let all: [String]

  init(_ all: [String]) { self.all = all }

  /// The column of this name, as the file spells it; nil where there is none, or more than one.
  func column(_ name: String) -> String? {
    if all.contains(name) { return name }
    let wanted = name.foldedName
    let found = all.filter { $0.foldedName == wanted }
    return found.count == 1 ? found[0] : nil
  }

  /// The first of the names that there is, as the file spells it.
  func first(of names: [String]) -> String? { names.lazy.compactMap(column).first }
}

extension String {
  /// A column's name without regard to case, to blanks around it, and to a byte order mark that a library
  /// took for its first letter.
  var foldedName: String {
    var name = trimmed[...]
    while name.first == "\u{FEFF}" { name.removeFirst() }
    return String(name).trimmed.lowercased()
  }
}

// MARK: - Messages

extension ColumnNames {
  /// What is wrong where no column holds the scores.
  ///
  /// - Parameter naming: how the user names the column, "--score NAME" say; nil where there is no way.
  func noScores(_ score: String, naming: String?) -> (found: String, accepted: String) {
    var found = "no column '\(score)'; the columns are \(list(all))"
    if let separator = otherSeparator {
      found +=
        ", one name that contains '\(separator)': expected cells separated by commas, semicolons, "
        + "tabs or bars"
    }
    if let pair = likelyPair, score == "score" {
      found +=
        "; for one pair per row use --columns "
        + "score_chosen=\(pair.chosen),score_rejected=\(pair.rejected)"
    } else if let naming {
      found += "; name it with \(naming)" + (likely.map { " (perhaps '\($0)')" } ?? "")
    }
    return (found, "a column of scores")
  }

  /// What the cells are separated by where it is no comma.
  private var otherSeparator: String? {
    guard all.count == 1 else { return nil }
    return [(" ", "a space"), (":", ":"), ("^", "^")].first { all[0].contains($0.0) }?.1
  }

  /// The columns that sound like the scores of a pair's two sides, and differ by its name alone.
  private var likelyPair: (chosen: String, rejected: String)? {
    guard likely != nil, !TableLayout.labelNames.contains(where: { column($0) != nil }) else {
      return nil
    }
    for (chosen, rejected) in [
      ("chosen", "rejected"), ("winner", "loser"), ("win", "lose"), ("_w", "_l"),
    ] {
      for name in all where name.contains(chosen) {
        let other = name.replacing(chosen, with: rejected)
        if name != other, all.contains(other) { return (name, other) }
      }
    }
    return nil
  }

  /// The column that sounds most like scores.
  private var likely: String? {
    let words = ["score", "reward", "logit", "rating", "preference", "value", "rm"]
    for word in words {
      let found = all.filter { name in
        let parts = name.lowercased().split { !$0.isLetter }
        return parts.contains { $0.hasPrefix(word) && $0.count <= word.count + 1 }
      }
      if let first = found.first { return first }
    }
    return nil
  }
}
