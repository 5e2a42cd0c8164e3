/// How many columns a table may have.
import TareCore

/// Tables of scores have some tens. Columns are found by their names again and again, so that a file of a
/// hundred thousand, or of rows that each have a member of their own, would be read for minutes.
enum TableWidth {
  static let most = 10_000

  /// - Throws: `TareError.badData` for more.
  static func check(_ columns: Int, place: String = "") throws(TareError) {
    guard columns > most else { return }
    throw .badData(
      place: place, found: "\(columns) columns", accepted: "at most \(most) different columns")
  }
}
