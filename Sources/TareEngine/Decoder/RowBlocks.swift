/// How the rows of a batch are shared out to threads. A row's result does not depend on it: products
/// sum every element in one order (`TareKernels.product`).
internal import CKernels

enum RowBlocks {
  /// A block never has more rows: its activations stay in the second-level cache's reach.
  static let largest = Int(TARE_BLOCK_ROWS)
  /// Blocks are made of whole tiles of a product, so that none is computed for few rows.
  private static let tile = 6

  /// Cuts 0..<count into blocks for `workers` threads: as many for each, at least two where there
  /// are rows enough, and all within a tile of the same size.
  static func blocks(_ count: Int, workers: Int) -> [Range<Int>] {
    guard count > 0 else { return [] }
    let tiles = (count + tile - 1) / tile
    let least = (tiles + largest / tile - 1) / (largest / tile)
    let wanted = max((least + workers - 1) / workers, 2) * workers
    let blocks = min(wanted, tiles)
    return (0..<blocks).map { block in
      (block * tiles / blocks * tile)..<min((block + 1) * tiles / blocks * tile, count)
    }
  }
}
