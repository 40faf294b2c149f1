// SPDX-License-Identifier: Apache-2.0

/// Items and their pieces: announced, grown, done.
extension ResponsesStreamWriter {
    // MARK: Opening

    mutating func open(_ place: AnswerEvent.Place, _ opening: AnswerEvent.Opening, into bytes: inout [UInt8]) {
        switch opening {
        case .text: spots[place] = openPiece(.text, into: &bytes)
        case .refusal: spots[place] = openPiece(.refusal, into: &bytes)
        case .reasoning(let isSummary): spots[place] = openPiece(isSummary ? .summary : .thought, into: &bytes)
        case .call(let id, let name):
            open(ToolCall(id: id, name: name, arguments: .encoded("")), at: place, into: &bytes)
        case .whole(let part): open(whole: part, at: place, into: &bytes)
        }
    }

    /// Opens a piece of a message or of reasoning: in the item before, if that takes it.
    private mutating func openPiece(_ kind: ResponsesOutputItem.Piece.Kind, into bytes: inout [UInt8]) -> Spot {
        if let current, !items[current].takes(kind) { finishCurrent(into: &bytes) }
        let item = current ?? announceContainer(of: kind, into: &bytes)
        current = item
        items[item].pieces.append(.init(kind))
        let spot = Spot(item: item, piece: items[item].pieces.count - 1)
        // A summary that stays empty only carries a seal: no client wants to see it.
        if kind != .summary { announcePiece(spot, into: &bytes) }
        return spot
    }

    private mutating func announceContainer(
        of kind: ResponsesOutputItem.Piece.Kind, into bytes: inout [UInt8]
    ) -> Int {
        switch kind {
        case .text, .refusal, .arguments: announce(ResponsesOutputItem(newID(.message), .message), into: &bytes)
        case .summary, .thought: announce(ResponsesOutputItem(newID(.reasoning), .reasoning), into: &bytes)
        }
    }

    private mutating func open(_ call: ToolCall, at place: AnswerEvent.Place, into bytes: inout [UInt8]) {
        var item = ResponsesOutputItem.call(call, newID(call.arguments.isCustom ? .customCall : .call))
        item.pieces = [.init(.arguments)]
        let spot = Spot(item: announce(item, into: &bytes), piece: 0)
        spots[place] = spot
        sealsOfCalls[spot.item] = call.seal
    }

    private mutating func open(whole part: Part, at place: AnswerEvent.Place, into bytes: inout [UInt8]) {
        switch part.content {
        case .text(let text): open(place, .text, growing: [.text(text)], into: &bytes)
        case .refusal(let text): open(place, .refusal, growing: [.text(text)], into: &bytes)
        case .reasoning(let reasoning):
            let seal = reasoning.seal.map { [AnswerEvent.Growth.seal($0)] } ?? []
            open(
                place, .reasoning(isSummary: reasoning.isSummary), growing: [.text(reasoning.text)] + seal, into: &bytes
            )
        case .call(let call):
            open(call, at: place, into: &bytes)
            if let spot = spots[place] { grow(spot, .arguments(call.arguments.encoded), into: &bytes) }
        case .opaque(.openAIResponses, let item): write(whole: ResponsesOutputItem("", .opaque(item)), into: &bytes)
        case .media(let media):
            guard media.kind == .image, case .data(let data) = media.source else { return }
            write(whole: ResponsesOutputItem(newID(.image), .image(data, type: media.mediaType)), into: &bytes)
        case .result, .opaque: break
        }
    }

    private mutating func open(
        _ place: AnswerEvent.Place, _ opening: AnswerEvent.Opening, growing growths: [AnswerEvent.Growth],
        into bytes: inout [UInt8]
    ) {
        open(place, opening, into: &bytes)
        guard let spot = spots[place] else { return }
        for growth in growths { grow(spot, growth, into: &bytes) }
    }

    private mutating func write(whole item: ResponsesOutputItem, into bytes: inout [UInt8]) {
        finish(announce(item, into: &bytes), into: &bytes)
    }

    private func newID(_ kind: ResponsesItemID.Kind) -> JSONString {
        ResponsesItemID.make(kind, items.count, of: answerID)
    }

    /// Begins an item, and so ends the one that was open for more.
    private mutating func announce(_ item: ResponsesOutputItem, into bytes: inout [UInt8]) -> Int {
        finishCurrent(into: &bytes)
        items.append(item)
        let index = items.count - 1
        emit("response.output_item.added", into: &bytes) { json in
            json.member("output_index", Int64(index))
            json.key("item")
            item.write(isEmpty: true, &json)
        }
        return index
    }

    private mutating func announcePiece(_ spot: Spot, into bytes: inout [UInt8]) {
        let piece = items[spot.item].pieces[spot.piece]
        tell(piece.kind.added, of: spot, into: &bytes) {
            $0.key("part")
            piece.write(isEmpty: true, &$0)
        }
    }

    // MARK: Growing

    mutating func grow(_ spot: Spot, _ growth: AnswerEvent.Growth, into bytes: inout [UInt8]) {
        switch growth {
        case .text(let text), .arguments(let text): grow(spot, text, into: &bytes)
        case .seal(let seal):
            switch items[spot.item].kind {
            case .reasoning: items[spot.item].sealed = seal.sealed(for: items[spot.item].id)
            case .call, .customCall: sealsOfCalls[spot.item] = seal
            case .message, .image, .opaque: break
            }
        case .opaque(.openAIResponses, let annotation): annotate(spot, annotation, into: &bytes)
        case .opaque: break
        }
    }

    private mutating func grow(_ spot: Spot, _ text: JSONString, into bytes: inout [UInt8]) {
        guard !text.isEmpty else { return }
        let kind = items[spot.item].pieces[spot.piece].kind
        if kind == .summary, items[spot.item].pieces[spot.piece].bytes.isEmpty { announcePiece(spot, into: &bytes) }
        items[spot.item].pieces[spot.piece].bytes += text.escaped
        tell(items[spot.item].delta(of: kind), of: spot, into: &bytes) { json in
            json.member("delta", text)
            if kind == .text { json.array("logprobs") { _ in } }
        }
    }

    private mutating func annotate(_ spot: Spot, _ annotation: JSONFragment, into bytes: inout [UInt8]) {
        guard items[spot.item].pieces[spot.piece].kind == .text else { return }
        let number = items[spot.item].pieces[spot.piece].annotations.count
        items[spot.item].pieces[spot.piece].annotations.append(annotation)
        tell("response.output_text.annotation.added", of: spot, into: &bytes) {
            $0.member("annotation_index", Int64(number))
            $0.member("annotation", annotation)
        }
    }

    // MARK: Closing

    /// - status: of the item, if it ends with this.
    mutating func close(_ spot: Spot, _ status: ResponsesStatus = .completed, into bytes: inout [UInt8]) {
        let piece = items[spot.item].pieces[spot.piece]
        switch piece.kind {
        case .arguments: return closeCall(spot, status, into: &bytes)
        case .summary where piece.bytes.isEmpty:
            if spot.piece == items[spot.item].pieces.count - 1 { items[spot.item].pieces.removeLast() }
        case .text, .refusal, .summary, .thought:
            tell(items[spot.item].done(of: piece.kind), of: spot, into: &bytes) { json in
                json.member(piece.kind == .refusal ? "refusal" : "text", piece.text)
                if piece.kind == .text { json.array("logprobs") { _ in } }
            }
            tell(piece.kind.done, of: spot, into: &bytes) {
                $0.key("part")
                piece.write(&$0)
            }
        }
        if current != spot.item, !hasOpenPieces(spot.item) { finish(spot.item, status, into: &bytes) }
    }

    /// Arguments are one JSON object, also where a tool takes none and the model said nothing.
    private mutating func closeCall(_ spot: Spot, _ status: ResponsesStatus, into bytes: inout [UInt8]) {
        let isCustom = items[spot.item].isCustomCall
        if !isCustom, items[spot.item].pieces[0].text.isBlank { grow(spot, "{}", into: &bytes) }
        let arguments = items[spot.item].pieces[0].text
        tell(items[spot.item].done(of: .arguments), of: spot, into: &bytes) {
            $0.member(isCustom ? "input" : "arguments", arguments)
        }
        finish(spot.item, status, into: &bytes)
        guard let seal = sealsOfCalls.removeValue(forKey: spot.item), let call = items[spot.item].callID else { return }
        write(whole: .seal(seal, ofCall: call, newID(.reasoning)), into: &bytes)
    }

    /// Ends the item that was open for more, unless a part of it still is: then its end ends it.
    mutating func finishCurrent(_ status: ResponsesStatus = .completed, into bytes: inout [UInt8]) {
        guard let item = current else { return }
        current = nil
        if !hasOpenPieces(item) { finish(item, status, into: &bytes) }
    }

    private func hasOpenPieces(_ item: Int) -> Bool { spots.values.contains { $0.item == item } }

    private mutating func finish(_ index: Int, _ status: ResponsesStatus = .completed, into bytes: inout [UInt8]) {
        items[index].status = status
        let item = items[index]
        emit("response.output_item.done", into: &bytes) { json in
            json.member("output_index", Int64(index))
            json.key("item")
            item.write(&json)
        }
    }

    // MARK: Events

    /// Appends an event about a piece.
    private mutating func tell(
        _ type: StaticString, of spot: Spot, into bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void
    ) {
        let id = items[spot.item].id
        let kind = items[spot.item].pieces[spot.piece].kind
        let position = items[spot.item].position(of: spot.piece)
        emit(type, into: &bytes) { json in
            json.member("item_id", id)
            json.member("output_index", Int64(spot.item))
            switch kind {
            case .text, .refusal, .thought: json.member("content_index", position)
            case .summary: json.member("summary_index", position)
            case .arguments: break
            }
            members(&json)
        }
    }
}
