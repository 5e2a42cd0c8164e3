/// Float memory for the engine: views whose parts are cut with checked edges, and the owner behind
/// them. `base` goes to C kernels, which trust the shapes that they are given.
internal import Foundation

/// A stretch of float memory that somebody else owns.
///
/// `@unchecked Sendable`: parallel steps of the engine write to disjoint parts, each found by its
/// own row or tile; nothing else is shared.
package struct FloatView: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int

  init(base: UnsafeMutablePointer<Float>, count: Int) {
    self.base = base
    self.count = count
  }

  package subscript(range: Range<Int>) -> FloatView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) floats")
    return FloatView(base: base + range.lowerBound, count: range.count)
  }

  package subscript(from start: Int) -> FloatView { self[start..<count] }

  package var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

/// Owned float memory, zeroed, aligned to a cache line. Large buffers are fresh pages, which cost
/// nothing before they are touched.
package final class FloatBuffer: @unchecked Sendable {
  package let view: FloatView
  /// Bytes of a mapping of its own; 0 for memory of the heap.
  private let mapped: Int

  /// From here on a mapping: huge pages then save the processor most look-ups of addresses.
  private static let mappedFrom = 4 << 20

  package init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    if bytes >= Self.mappedFrom,
      let pages = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      pages != MAP_FAILED
    {
      madvise(pages, bytes, MADV_HUGEPAGE)
      mapped = bytes
      view = FloatView(base: pages.bindMemory(to: Float.self, capacity: count), count: count)
      return
    }
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    let floats = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    floats.initialize(repeating: 0, count: max(count, 1))
    mapped = 0
    view = FloatView(base: floats, count: count)
  }

  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      view.base.update(from: start, count: values.count)
    }
  }

  deinit {
    if mapped > 0 {
      munmap(view.base, mapped)
    } else {
      UnsafeMutableRawPointer(view.base).deallocate()
    }
  }
}
