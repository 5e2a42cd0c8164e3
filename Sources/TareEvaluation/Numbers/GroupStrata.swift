/// The strata of prompts that are grouped already.
import TareCore

/// Strata by section and subset, numbered in the order of their first prompts.
struct GroupStrata {
  private(set) var keys: [StratumKey] = []
  private let subsets: NameColumn?
  /// Of the rows, or of the groups.
  private let sections: NameColumn?
  private let areOfGroups: Bool
  /// [section, subset], the first of each for none.
  private var numbers: [Int32]
  private let width: Int

  init(_ responses: ScoredResponses, _ sections: NameColumn?) {
    subsets = responses.subsets
    self.sections = sections ?? responses.sections
    areOfGroups = sections != nil
    width = (subsets?.names.count ?? 0) + 1
    let height = (self.sections?.names.count ?? 0) + 1
    numbers = [Int32](repeating: -1, count: width * height)
  }

  mutating func number(of group: Int, _ row: Int) -> Int32 {
    let subset = Int(subsets?.codes[row] ?? -1) + 1
    let section = Int(sections?.codes[areOfGroups ? group : row] ?? -1) + 1
    let place = section * width + subset
    if numbers[place] < 0 {
      numbers[place] = Int32(keys.count)
      keys.append(
        StratumKey(section: sections?[areOfGroups ? group : row], subset: subsets?[row]))
    }
    return numbers[place]
  }
}
