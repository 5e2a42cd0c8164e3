import Foundation
import TareFormats
import Testing

/// CSV that no spreadsheet runs.
@Suite struct FormulaFilterTests {
  /// The filter's output, which must be the same in pieces of any size.
  private func safe(_ text: String, separator: Character = ",") -> String {
    let separator = separator.asciiValue ?? 0
    let whole = FormulaFilter.whole(Data(text.utf8), separator: separator)
    for size in 1...5 {
      var filter = FormulaFilter(separator: separator)
      var out: [UInt8] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        filter.append(bytes[start..<min(start + size, bytes.count)], to: &out)
      }
      filter.finish(&out)
      #expect(Data(out) == whole, "pieces of \(size)")
    }
    return String(decoding: whole, as: UTF8.self)
  }

  @Test(arguments: [
    ("=1+1,b\n", "'=1+1,b\n"), ("a,@SUM(1)\r\nb,=x", "a,'@SUM(1)\r\nb,'=x"),
    ("\"=HYPERLINK(\"\"u\"\")\",2\n", "\"'=HYPERLINK(\"\"u\"\")\",2\n"),
    ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("\"-2+3\",x", "\"'-2+3\",x"),
    ("\"\tx\",\"\r=1\",\"\n=1\"", "\"'\tx\",\"'\r=1\",\"'\n=1\""), ("\tx,1", "'\tx,1"),
    ("a, =1", "a,' =1"), ("＝1,ａ＝\n－1,＠x", "'＝1,ａ＝\n'－1,'＠x"),
    ("\u{FEFF}=1,é", "\u{FEFF}'=1,é"), ("\"\"=1,\"\"\"=1\"", "\"\"'=1,\"\"\"=1\""),
    ("-,+,- 1,-1-,-1e,--1,-inf", "'-,'+,'- 1,'-1-,'-1e,'--1,'-inf"),
    ("\"-5\"\"x\",\"-5\"", "\"'-5\"\"x\",\"-5\""), ("\"-5", "\"-5"), ("\"-5-", "\"'-5-"),
  ])
  func `text that may run gets an apostrophe`(text: String, expected: String) {
    #expect(safe(text) == expected)
  }

  @Test(arguments: [
    "-1.5,+3,-0,-1e-7,+1.25E+300,-.5,-5.\n", "\"-1,5\",\"-1.234.567,5\"\n", "-1 ,2\n",
    "a=b,c-d,e@f,'=x,\"a\n=b\",\"\"\n", "", "\n\n", ",,\r\n", "\"a\"\"=b\"\n",
    "[\"=1\"],{\"-\": 1}\n", "é,日本,🙂\n",
  ])
  func `numbers and other text stay as they are`(text: String) {
    #expect(safe(text) == text)
  }

  @Test func `cells end at the file's own separator`() {
    #expect(safe("a;=1;-1,5\n", separator: ";") == "a;'=1;-1,5\n")
    #expect(safe("a,=1\t=2\t-3\n", separator: "\t") == "a,=1\t'=2\t-3\n")
    #expect(safe("a,=1;=2\n") == "a,'=1;=2\n")
  }

  @Test func `a signed number longer than any number is text, and what follows is looked at`() {
    let digits = String(repeating: "1", count: 5000)
    #expect(safe("-\(digits),=1,-2\n") == "'-\(digits),'=1,-2\n")
    #expect(safe("\"-\(digits)\",=1\n") == "\"'-\(digits)\",'=1\n")
    let blanks = String(repeating: " ", count: 5000)
    #expect(safe("a,\(blanks)=1,=2\n") == "a,'\(blanks)=1,'=2\n")
    // The longest decimal of a Double still is one.
    let smallest = "-" + String(format: "%.1074f", Double.leastNonzeroMagnitude)
    #expect(safe("\(smallest),1\n") == "\(smallest),1\n")
  }
}
