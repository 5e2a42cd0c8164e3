/// Memory that nothing uses any more.
internal import Foundation

package enum FreedMemory {
  /// Gives it back to the system, where the C library can. It keeps what large arrays have left between
  /// smaller ones, and the next stage's arrays, of other sizes, would come on top of that.
  package static func giveBack() {
    guard let trim = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> CInt).self)(0)
  }
}
