/// Fenced code blocks.

package enum CodeBlocks: ResponseCovariate {
  package static let key = "code_blocks"
  package static let id = "markdown.code-blocks/1"
  package static let summary = "fenced code blocks of the response"
  /// CommonMark's rules, but for the indentation: blocks within lists are indented deeper than its
  /// three spaces.
  package static let definition =
    "fenced code blocks of the response: a block opens with a line of three or more ` (and no ` "
    + "further on) or three or more ~, after spaces and tabs only; it closes with a line of at "
    + "least as many of the same and spaces, tabs and carriage returns only, or with the response"

  package static func count(in response: Span<UInt8>) -> Int {
    var blocks = 0
    var opening: (mark: UInt8, width: Int)?
    var lineStart = 0
    while lineStart < response.count {
      let lineEnd = response.lineEnd(from: lineStart)
      if let fence = Fence(response, lineStart..<lineEnd) {
        if let open = opening {
          if fence.mark == open.mark, fence.width >= open.width, fence.isBare { opening = nil }
        } else if !(fence.mark == UInt8(ascii: "`") && fence.hasBacktick) {
          opening = (fence.mark, fence.width)
          blocks += 1
        }
      }
      lineStart = lineEnd + 1
    }
    return blocks
  }
}

/// A line that begins with three or more ` or ~.
private struct Fence {
  let mark: UInt8
  let width: Int
  /// Whether only blanks stand behind the marks.
  let isBare: Bool
  /// Whether a ` stands behind the marks.
  let hasBacktick: Bool

  init?(_ text: Span<UInt8>, _ line: Range<Int>) {
    var index = line.lowerBound
    while index < line.upperBound, text[index] == Byte.space || text[index] == Byte.tab {
      index += 1
    }
    guard line.upperBound - index >= 3 else { return nil }
    let mark = text[index]
    guard mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
    let start = index
    while index < line.upperBound, text[index] == mark { index += 1 }
    guard index - start >= 3 else { return nil }
    self.mark = mark
    width = index - start
    var isBare = true
    var hasBacktick = false
    while index < line.upperBound {
      switch text[index] {
      case Byte.space, Byte.tab, Byte.carriageReturn: break
      case UInt8(ascii: "`"): (isBare, hasBacktick) = (false, true)
      default: isBare = false
      }
      index += 1
    }
    self.isBare = isBare
    self.hasBacktick = hasBacktick
  }
}
