/// What a watched pass keeps of its rows from step to step.
internal import CKernels
internal import Foundation
internal import Synchronization

/// `@unchecked Sendable`: parallel steps write to rows of their own; sums are taken between steps.
final class PassWatch: @unchecked Sendable {
  private let probe: PassProbe
  private let spec: DecoderSpec
  private let tree: TokenTree
  /// Sequences that each row belongs to, [rowCount].
  private let uses: [Int]
  let attention: Attention?
  let routing: Routing?

  init(_ probe: PassProbe, _ spec: DecoderSpec, _ tree: TokenTree) {
    precondition(probe.sequences.count == tree.branchOfSequence.count)
    self.probe = probe
    self.spec = spec
    self.tree = tree
    uses = tree.uses
    attention = probe.settings.attention ? Attention(spec, tree, uses) : nil
    routing = probe.settings.routing ? Routing(spec, tree, uses, probe) : nil
  }

  func gates(_ block: Range<Int>, of rows: RowSet, _ pass: ForwardPass) {
    attention?.gates(block, of: rows, pass)
  }

  /// Looks at the residual stream as it enters a layer.
  func beginLayer(_ layer: Int, _ pass: ForwardPass) { attention?.beginLayer(layer, pass) }

  /// Takes a layer's sums.
  func endLayer(_ layer: Int, _ pass: ForwardPass) {
    attention?.endLayer(layer)
    routing?.endLayer(layer, pass)
  }

  func endPass() {
    probe.attention = attention?.trace
    probe.routing = routing?.trace
  }
}

extension ForwardPass {
  /// Attention and routers of the last layer for all rows, where the layer goes on with those alone
  /// that are read. What it changes, nobody reads afterwards.
  func watchUnreadRows(_ tiles: [AttentionTile], layer: Int) {
    guard let watch else { return }
    let isMixture = if case .mixture = spec.layers[layer].feedForward { true } else { false }
    guard watch.attention != nil || (watch.routing != nil && isMixture) else { return }
    attend(tiles, all, layer: layer, isWatched: true)
    forEachBlock(of: all) { block, scratch in
      watch.gates(block, of: self.all, self)
      if watch.routing != nil, isMixture {
        self.routeAlone(block, of: self.all, layer: layer, scratch)
      }
    }
  }
}
