import TareCore
import Testing

/// Control characters on their way to a terminal.
@Suite struct VisibleControlsTests {
  @Test func `what steers a terminal is shown, and lines and tabs stay`() {
    #expect("a\tb\nc\r\nd é 日本 👩‍👩‍👧".showingControls() == "a\tb\nc\r\nd é 日本 👩‍👩‍👧")
    #expect("\u{1B}]0;title\u{7}".showingControls() == #"\u{1b}]0;title\u{7}"#)
    #expect("\u{0}\u{8}\u{7F}\u{9B}31m".showingControls() == #"\u{0}\u{8}\u{7f}\u{9b}31m"#)
    // A carriage return alone lets a text write over what stands before it.
    #expect("sure\rno".showingControls() == #"sure\u{d}no"#)
    #expect("a\r\r\n".showingControls() == #"a\u{d}"# + "\r\n")
    #expect(
      "exe\u{202E}gpj\u{2066}\u{2069}".showingControls() == #"exe\u{202e}gpj\u{2066}\u{2069}"#)
    #expect("a\u{2028}b\u{2029}".showingControls() == #"a\u{2028}b\u{2029}"#)
  }

  @Test func `the program's own sequences stay where they are named, and no others`() {
    let text = "\u{1B}[1mbold\u{1B}[0m \u{1B}[2J"
    #expect(
      text.showingControls(keeping: ["\u{1B}[1m", "\u{1B}[0m"])
        == "\u{1B}[1mbold\u{1B}[0m " + #"\u{1b}[2J"#)
    #expect(text.showingControls() == #"\u{1b}[1mbold\u{1b}[0m \u{1b}[2J"#)
  }

  @Test func `bytes in pieces are shown as they are in one`() {
    let text = "a\u{1B}é\u{9B}日\u{202E}\r\nb\r\u{1F600}\t\u{7F}"
    let bytes = Array(text.utf8)
    for size in 1...bytes.count {
      var shown = VisibleBytes()
      var out: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        out += shown.next(bytes[start..<min(start + size, bytes.count)])
      }
      out += shown.finish()
      #expect(String(decoding: out, as: UTF8.self) == text.showingControls(), "pieces of \(size)")
    }
    var broken = VisibleBytes()
    // 0x9B is CSI for a terminal that does not read UTF-8.
    #expect(broken.next([0x61, 0x9B, 0x62]) == Array("a\u{FFFD}b".utf8))
    #expect(broken.next([0xE2, 0x80]).isEmpty)
    #expect(broken.finish() == Array("\u{FFFD}".utf8))
  }
}
