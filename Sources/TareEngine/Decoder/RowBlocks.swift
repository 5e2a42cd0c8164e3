/// How the rows of a batch are shared out to threads. A row's result does not depend on it: products
/// sum every element in one order (`TareKernels.product`).
internal import CKernels

enum RowBlocks {
  /// A block never has more rows: its activations stay in the second-level cache's reach.
  static let largest = Int(TARE_BLOCK_ROWS)

  /// Cuts 0..<count into blocks for `workers` threads: at least two for each, in steps of 12 rows,
  /// which both 4 and 6 divide, the rows of a product's tile.
  static func blocks(_ count: Int, workers: Int) -> [Range<Int>] {
    let wanted = ((count + 2 * workers - 1) / (2 * workers) + 11) / 12 * 12
    let size = min(max(wanted, 12), largest)
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}
