/// Fits to all prompts but some, each made once.
internal import Synchronization
internal import TareCore

/// What methods found without the prompts of some folds.
///
/// Where a method that is cross-fitted chooses by folds itself, most fits are wanted twice: without folds
/// 1 and 2 is without 2 and 1, and without fold 1 alone both for the choice and for what was chosen.
final class SharedFits: Sendable {
  /// How many folds the prompts were dealt to.
  let folds: Int
  /// Whether rows were dealt by what they hold, see `Folds`.
  let isByContents: Bool

  private let fits = Mutex<[Key: Fit]>([:])

  private struct Key: Hashable {
    let method: String
    let leftOut: Set<Int>
  }

  private final class Fit: Sendable {
    let found = Mutex<Result<FoundBias, TareError>?>(nil)
  }

  init(folds: Int, isByContents: Bool) {
    self.folds = folds
    self.isByContents = isByContents
  }

  /// - Parameters:
  ///   - method: with all settings that decide what it finds.
  ///   - leftOut: the folds whose prompts the table does not have.
  ///   - make: finds it; called by the first who asks, while others wait.
  func found(
    by method: String, without leftOut: Set<Int>, _ make: () throws(TareError) -> FoundBias
  ) throws(TareError) -> FoundBias {
    let key = Key(method: method, leftOut: leftOut)
    let fit = fits.withLock { fits in
      let fit = fits[key] ?? Fit()
      fits[key] = fit
      return fit
    }
    let result = fit.found.withLock { found in
      let result = found ?? Result { () throws(TareError) in try make() }
      found = result
      return result
    }
    return try result.get()
  }
}

extension Calibrator {
  /// What the method finds in a table; where that has fits in common with others, made once.
  func findOnce(in table: CalibrationTable) throws(TareError) -> FoundBias {
    guard let shared = table.sharedFits else { return try find(in: table) }
    return try shared.found(by: keyOfFits, without: table.leftOut) { () throws(TareError) in
      try find(in: table)
    }
  }

  /// The method with all settings that decide what it finds.
  fileprivate var keyOfFits: String { Self.key + JSONValue.object(parameters).text() }
}

/// A table without some more folds, for one fit after another: its rows are copied when a fit is wanted
/// that has not been made.
struct TableWithoutFolds {
  private let whole: CalibrationTable
  private let left: Set<Int>
  private let folds: Folds
  private let shared: SharedFits
  private var made: CalibrationTable?

  /// - Parameter left: the folds that are left out.
  init(_ left: Set<Int>, of folds: Folds, _ whole: CalibrationTable, _ shared: SharedFits) {
    (self.whole, self.left, self.folds, self.shared) = (whole, left, folds, shared)
  }

  mutating func table() throws(TareError) -> CalibrationTable {
    if let made { return made }
    let table = try whole.without(left, of: folds, shared)
    made = table
    return table
  }

  /// - Parameter standardErrors: whether they are wanted; a fit without them is another fit.
  mutating func found(
    by method: some Calibrator, standardErrors: Bool = true
  ) throws(TareError) -> FoundBias {
    try shared.found(
      by: method.keyOfFits + (standardErrors ? "" : " without errors"),
      without: whole.foldsLeftOut(without: left, shared)
    ) { () throws(TareError) in
      try standardErrors ? method.find(in: table()) : method.findWithoutErrors(in: table())
    }
  }
}
