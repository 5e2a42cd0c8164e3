/// The sections on routing and attention: what is drawn, what can be taken along, how much room it takes.
import Foundation
import TareInspection
import TareReport
import Testing

@Suite struct InspectionSectionsTests {
  private func page(
    _ routing: [RoutingInspection] = [], _ attention: [AttentionInspection] = []
  ) -> String {
    Report(title: "T", date: "D", runs: [], routing: routing, attention: attention).html()
  }

  @Test func `a map of 48 layers and 128 experts is small and complete`() throws {
    let routing = try RoutingInspection.big()
    let page = page([routing])
    // The limit for one map; this page has little else.
    #expect(page.utf8.count < 400_000)
    let map = try #require(
      page.components(separatedBy: "<figure").first { $0.contains(">Load of each expert<") })
    #expect(map.utf8.count < 250_000)
    #expect(map.components(separatedBy: "data-row=").count == 49)
    let values = map.matches(of: /data-values="([^"]*)"/).map { $0.output.1.split(separator: " ") }
    #expect(values.count == 48)
    #expect(values.allSatisfy { $0.count == 128 })
    let even = 8.0 / 128
    for (layer, row) in zip(routing.layers, values) {
      for (share, text) in zip(layer.share, row) {
        // Two decimals, or "<0.01".
        let shown = text == "&lt;0.01" ? 0 : Double(text) ?? -1
        #expect(abs(shown - share / even) <= 0.005 + 1e-9)
      }
    }
  }

  @Test func `every cell is drawn in one shade`() throws {
    let routing = try RoutingInspection.big()
    let page = page([routing])
    let map = try #require(
      page.components(separatedBy: "<figure").first { $0.contains(">Load of each expert<") })
    let cells = map.matches(of: /h(\d+)v1h-(\d+)z/)
    #expect(cells.allSatisfy { $0.output.1 == $0.output.2 })
    #expect(cells.compactMap { Int($0.output.1) }.reduce(0, +) == 48 * 128)
  }

  @Test func `an expert without tokens is a cross, and even load the middle shade`() throws {
    let page = page([try .small()])
    let map = try #require(
      page.components(separatedBy: "<figure").first { $0.contains(">Load of each expert<") })
    #expect(map.contains("<path class=\"cross\" d=\"M3.3 1.3l.4 .4m0-.4l-.4 .4\"></path>"))
    #expect(map.contains("<path class=\"v6\" d=\"M0 0h4v1h-4z"))
    #expect(map.contains("data-row=\"layer 1\" data-values=\"2.00 1.50 0.50 0\""))
  }

  @Test func `every figure and table gives its numbers`() throws {
    let page = page([try .small()], [try .small()])
    let figures = page.components(separatedBy: "<figure").dropFirst()
    #expect(figures.count == 21)
    #expect(figures.allSatisfy { $0.contains("class=\"csv\"") })
    #expect(
      page.contains(
        "layer,expert%200,expert%201,expert%202,expert%203%0D%0A0,1,1,1,1%0D%0A1,2,1.5,0.5,0"))
  }

  @Test func `of many subsets the first expert of each is shown, and the CSV has all`() throws {
    var routing = try RoutingInspection.small()
    let subset = try #require(routing.subsets.first)
    func rows(_ count: Int) throws -> Int {
      routing.subsets = (0..<count).map { number in
        var subset = subset
        subset.name = "kind \(number)"
        return subset
      }
      let page = page([routing])
      #expect(page.contains("kind%207,1,0,1.0,0.0%0D%0Akind%207,1,1,0.75,0.25"))
      #expect(page.contains("the CSV has more of each") == (count > 15))
      let table = try #require(
        page.components(separatedBy: "<table").first { $0.hasPrefix(" class=\"accuracy partic") })
      return table.components(separatedBy: "<tr data-row=").count - 1
    }
    #expect(try rows(15) == 30)
    #expect(try rows(20) == 20)
  }

  @Test func `without matched neurons none are spoken of`() throws {
    var routing = try RoutingInspection.small()
    #expect(page([routing]).contains("Matched neurons are"))
    for layer in routing.layers.indices {
      for projection in [\ExpertSimilarity.w1, \.w2, \.w3] {
        routing.layers[layer].experts?[keyPath: projection].reordered = nil
      }
    }
    let page = page([routing])
    #expect(page.contains(">Experts by their mean neurons<"))
    #expect(!page.contains("Matched neurons are") && !page.contains("by their matched neurons"))
    #expect(!page.contains("best partner"))
  }

  @Test func `what an inspection lacks is not drawn`() throws {
    let page = page([try .big()], [try .small(gates: "none", positions: 0)])
    for missing in [
      ">Subsets<", ">Score and length<", ">From layer to layer<", ">Experts&#39; weights<",
      ">Gates<", ">Attention on the first token<", ">Effective context<",
    ] { #expect(!page.contains(missing), "\(missing)") }
    #expect(page.contains("No input is longer than 64 tokens"))
    #expect(page.contains(">Activations of the residual stream<"))
  }

  @Test func `several models stand under their names`() throws {
    let page = page([try .small(), try .small(model: "<other>")])
    #expect(page.contains("<h3>tiny</h3>"))
    #expect(page.contains("<h3>&lt;other&gt;</h3>"))
  }
}
