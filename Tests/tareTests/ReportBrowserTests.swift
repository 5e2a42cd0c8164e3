/// The report in a real browser: what it loads, shows, hides, and gives away.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.enabled(if: Browser.isInstalled), .serialized) struct ReportBrowserTests {
  private let page: URL

  init() throws { page = try ReportPage.shared.get().url }

  private func inBrowser(
    width: Int = 1280, _ body: (Browser) async throws -> Void
  ) async throws {
    let browser = try await Browser.open(width: width)
    do {
      try await browser.go(to: page)
      try await body(browser)
    } catch {
      await browser.close()
      throw error
    }
    await browser.close()
  }

  @Test func `loads without errors, network or scripts of the data`() async throws {
    try await inBrowser { browser in
      let console = try await browser.log("browser")
      #expect(console.isEmpty, "\(console.map { $0.text() })")
      let requests = try await browser.log("performance")
        .compactMap { $0["message"]?.string }
        .map { try JSONValue(parsing: Data($0.utf8)) }
        .filter { $0["message"]?["method"]?.string == "Network.requestWillBeSent" }
        .compactMap { $0["message"]?["params"]?["request"]?["url"]?.string }
      #expect(requests.contains(page.absoluteString))
      let others = requests.filter { !$0.hasPrefix("file://") && !$0.hasPrefix("data:") }
      #expect(others.isEmpty, "\(others)")
      #expect(try await browser.run("return window.hacked === undefined") == .bool(true))
      let shown = try await browser.run(
        "return document.querySelector('#changes pre').textContent.length > 0")
      #expect(shown == .bool(true))
      // The texts hold it, and it is text.
      let isShown = try await browser.run(
        "return document.querySelector('#changes').textContent.includes('<script>window.hacked')")
      #expect(isShown == .bool(true))
      #expect(try await browser.run("return document.images.length") == .int(0))
    }
  }

  @Test(arguments: [390, 820, 1440])
  func `fits the window`(width: Int) async throws {
    try await inBrowser(width: width) { browser in
      // Wide tables scroll in frames of their own; the page itself does not scroll sideways.
      let excess = try await browser.run(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
      #expect(excess == .int(0))
      let empty = try await browser.run(
        """
        return Array.from(document.querySelectorAll('svg.plot'))
          .filter((plot) => plot.getBoundingClientRect().width < 200).length
        """)
      #expect(empty == .int(0))
    }
  }

  @Test func `the theme is switched and kept`() async throws {
    try await inBrowser { browser in
      let ground = "return getComputedStyle(document.body).backgroundColor"
      try await browser.click(".theme label:nth-of-type(3)")
      #expect(try await browser.run(ground) == .string("rgb(18, 22, 29)"))
      try await browser.click(".theme label:nth-of-type(2)")
      #expect(try await browser.run(ground) == .string("rgb(255, 255, 255)"))
      try await browser.click(".theme label:nth-of-type(3)")
      try await browser.go(to: page)
      #expect(try await browser.run(ground) == .string("rgb(18, 22, 29)"))
    }
  }

  @Test func `filters hide what does not fit`() async throws {
    try await inBrowser { browser in
      func count(_ selector: String) async throws -> Int {
        try await browser.run("return document.querySelectorAll(\"\(selector)\").length").int ?? -1
      }
      let first = "#changes .of-run[data-run='0'] "
      let all = try await count(first + ".card")
      let gained = try await count(first + ".card[data-kind='gained']")
      #expect(gained > 0 && gained < all)
      try await browser.type("gained", into: first + "select[name='kind']")
      #expect(try await count(first + ".card:not([hidden])") == gained)
      #expect(
        try await browser.run(
          "return document.querySelector(\"\(first) output\").textContent")
          == .string("\(gained) of \(all) shown"))

      let rows = "#accuracy .of-run[data-run='0'] tr[data-row]"
      #expect(try await count(rows) >= 15)
      try await browser.type("KIND 14", into: "#accuracy .of-run[data-run='0'] input[name='row']")
      #expect(try await count(rows + ":not([hidden])") == 1)

      try await browser.type("tiny, <b>first", into: ".run-filter select")
      #expect(try await count(".of-run[data-run='0']:not([hidden])") == 0)
      #expect(try await count(".of-run[data-run='1']:not([hidden])") > 5)
    }
  }

  @Test func `every plot gives its numbers as CSV`() async throws {
    try await inBrowser { browser in
      let without = try await browser.run(
        """
        return Array.from(document.querySelectorAll('figure'))
          .filter((figure) => figure.querySelector('a.csv') === null).length
        """)
      #expect(without == .int(0))
      try await browser.click("#reliability a.csv")
      let file = browser.downloads.url.appending(path: "tiny-reliability.csv")
      for _ in 0..<100 where !FileManager.default.fileExists(atPath: file.path) {
        try await Task.sleep(for: .milliseconds(50))
      }
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\r\n")
      #expect(lines.first?.hasPrefix("scores,confidence_from,") == true)
      #expect(lines.count > 2)
      #expect(lines.dropFirst().allSatisfy { $0.split(separator: ",").count == 8 })
    }
  }

  @Test func `values show under the pointer`() async throws {
    try await inBrowser { browser in
      _ = try await browser.run(
        "document.querySelector('#reliability .mark').scrollIntoView({ block: 'center' })")
      var tip = JSONValue.null
      // A scroll that is told of late hides what is shown.
      for _ in 0..<50 where tip.string ?? "" == "" {
        try await browser.point(at: "#reliability .mark circle")
        tip = try await browser.run(
          "const tip = document.querySelector('.tip'); return tip.hidden ? '' : tip.textContent")
      }
      #expect(tip.string?.hasPrefix("raw, confidence ") == true, "\(tip.text())")
    }
  }

  @Test func `a heat map tells the cell under the pointer and under the arrow keys`() async throws {
    try await inBrowser { browser in
      let map = "#routing .map-frame"
      _ = try await browser.run(
        """
        const map = document.querySelector('\(map)');
        map.scrollIntoView({ block: 'center' });
        map.focus();
        ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown'].forEach((key) => {
          map.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        });
        """)
      let said = try await browser.run(
        "return document.querySelector('.unseen[aria-live]').textContent")
      #expect(said == "layer 1, expert 1: 1.50 times the even share")

      var tip = JSONValue.null
      let shown =
        "const tip = document.querySelector('.tip'); return tip.hidden ? '' : tip.textContent"
      // A scroll that is told of late hides what is shown.
      for _ in 0..<50 where tip.string ?? "" == "" {
        try await browser.point(at: map + " .unknown")
        tip = try await browser.run(shown)
      }
      let pattern = /layer [01], expert \d: [\d.]+ times the even share/
      #expect(tip.string?.wholeMatch(of: pattern) != nil, "\(tip.text())")
    }
  }

  @Test func `the keyboard reaches everything in order`() async throws {
    try await inBrowser { browser in
      let order = try await browser.run(
        """
        return Array.from(document.querySelectorAll('a, input, select, summary, [tabindex]'))
          .map((element) => element.tabIndex).filter((index) => index > 0).length
        """)
      #expect(order == .int(0))
      let nameless = try await browser.run(
        """
        return Array.from(document.querySelectorAll('svg[role=img], input, select, nav, section'))
          .filter((element) => !(element.querySelector(':scope > title') || element.labels?.length
            || element.ariaLabel || element.getAttribute('aria-labelledby'))).length
        """)
      #expect(nameless == .int(0))
    }
  }
}
