/// Memory that nothing uses any more.
internal import Foundation

package enum FreedMemory {
  /// Gives it back to the system, where the C library can. It keeps what large arrays have left between
  /// smaller ones, and the next stage's arrays, of other sizes, would come on top of that.
  package static func giveBack() {
    guard let trim = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> CInt).self)(0)
  }

  /// Has all threads take memory from one place, where the C library can: otherwise each keeps what its own
  /// arrays have left. For the whole process, and for work of few large arrays: threads wait for each other.
  package static func keepTogether() {
    guard let option = dlsym(nil, "mallopt") else { return }
    // M_ARENA_MAX of glibc's malloc.h.
    _ = unsafeBitCast(option, to: (@convention(c) (CInt, CInt) -> CInt).self)(-8, 1)
  }
}
