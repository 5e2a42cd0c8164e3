import TareCore
import Testing

@Suite struct ByteCountTests {
  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (9949, "9.9 kB"),
    (9951, "10 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"), (1_234_567_890, "1.2 GB"),
    (Int.max, "9.2 EB"),
  ])
  func `a number of bytes is short and in decimal units`(count: Int, text: String) {
    #expect(count.bytesText == text)
  }
}
