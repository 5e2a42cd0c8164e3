/// How wide texts are, and how they are made to fit.
import TareReport
import Testing

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("\u{301}", 0), ("漢字", 4), ("한글", 4),
    ("ａ", 2), ("ｱ", 1), ("😀", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2),
    ("a\u{200B}b", 2), ("…", 1), ("−1", 2), ("𠀀", 2),
  ])
  func `a text is as wide as a terminal draws it`(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
    ("漢字漢", 5, "漢字…"), ("漢字漢", 4, "漢…"), ("e\u{301}e\u{301}e", 2, "e\u{301}…"),
  ])
  func `a text is cut to a width`(text: String, width: Int, cut: String) {
    #expect(text.truncated(toWidth: width) == cut)
    #expect(cut.displayWidth <= width)
  }

  @Test func `text cannot steer the terminal`() {
    #expect("a\nb\tc\r\nd".printable == "a b c  d")
    #expect("\u{1B}[31mred\u{7}".printable == "\\u{1b}[31mred\\u{7}")
    #expect("a\u{202E}b\u{2066}c".printable == "a\\u{202e}b\\u{2066}c")
  }
}
