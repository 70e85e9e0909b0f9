#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"
#include "client/cli/lanes.h"
#include "client/cli/render.h"

namespace hotline::cli {
namespace {

constexpr std::string_view kArrowRight = "──▶";
constexpr std::string_view kArrowLeft = "◀──";
constexpr int kArrowWidth = 3;

// The first event by which the document left its side; null where none is recorded.
const v1::Event* FirstSent(const v1::Document& document) {
  for (const v1::Event& event : document.events()) {
    switch (event.type()) {
      case v1::EVENT_TYPE_SENT:
      case v1::EVENT_TYPE_HANDED_OVER:
      case v1::EVENT_TYPE_BROADCAST:
      case v1::EVENT_TYPE_RELEASED:
        return &event;
      default:
        break;
    }
  }
  return nullptr;
}

// The thread's documents as nodes in two lanes, from top to bottom in order of time.
class ThreadPicture {
 public:
  ThreadPicture(const Page& page, const Vocabulary& vocabulary, const v1::GetThreadResponse& thread)
      : page_(page), vocabulary_(vocabulary), thread_(thread), lanes_(page, vocabulary) {}

  Block Draw() const {
    Block block = lanes_.Header();
    for (const v1::Document& document : thread_.documents()) {
      const std::size_t lane = vocabulary_.LaneOf(document).value_or(0);
      AppendTo(block, lanes_.Place(0, {Line(page_)}, {}));
      AppendTo(block, lanes_.Place(lane, Node(document, lane), Arrival(document, lane)));
    }
    return block;
  }

 private:
  bool GoesAcross(const v1::Document& document, std::size_t lane) const {
    const std::vector<Capital>& capitals = vocabulary_.capitals();
    if (capitals.size() == 1) return false;
    for (const std::string& name : document.recipients()) {
      for (const v1::Participant& participant : vocabulary_.corpus().participants()) {
        if (participant.name() == name && participant.audience() == capitals[1 - lane].id) return true;
      }
    }
    return false;
  }

  Block Node(const v1::Document& document, std::size_t lane) const {
    const bool across = GoesAcross(document, lane);
    const int indent = lane == 1 ? kArrowWidth + 1 : 0;
    Line head(page_);
    if (lane == 1 && across) head.Add(Role::kDim, kArrowLeft);
    head.FillTo(indent).Add(Role::kStrong, IdOf(document.name())).Add("  ").Add(Role::kDim, KindInWords(document));
    if (lane == 0 && across && head.width() < lanes_.width() - kArrowWidth) {
      head.FillTo(lanes_.width() - kArrowWidth).Add(Role::kDim, kArrowRight);
    }
    Block block = {head};
    AppendTo(block, Text(lanes_.role(lane), document.title(), indent));
    const DatedInWords dated = Dated(vocabulary_, document);
    if (dated.disputed) AppendTo(block, Text(Role::kDoubt, "dated " + dated.text, indent));
    if (const v1::Event* sent = FirstSent(document); sent != nullptr) {
      const absl::TimeZone zone = vocabulary_.capitals()[lane].zone;
      AppendTo(block,
               Text(Role::kPlain,
                    absl::StrCat(InWords(sent->type()), " ", DateInWords(sent->date(), zone, vocabulary_.usual_year())),
                    indent));
    }
    AppendTo(block, Edges(document, indent));
    return block;
  }

  Block Edges(const v1::Document& document, int indent) const {
    Block block;
    for (const v1::ThreadEdge& edge : thread_.edges()) {
      if (edge.document() != document.name()) continue;
      std::string text = absl::StrCat(InWords(edge.type()), " ", IdOf(edge.target()));
      if (edge.has_delay()) absl::StrAppend(&text, " ", DelayInWords(edge));
      absl::StrAppend(&text, " (", vocabulary_.SourceName(edge.source()), ")");
      AppendTo(block, Text(Role::kPlain, text, indent));
    }
    for (const v1::Crossing& crossing : thread_.crossings()) {
      if (crossing.first() == document.name() || crossing.second() == document.name()) {
        const std::string& other = crossing.first() == document.name() ? crossing.second() : crossing.first();
        AppendTo(block, Text(Role::kDoubt,
                             absl::StrCat(crossing.approximate() ? "× may have crossed " : "× crossed ", IdOf(other)),
                             indent));
      }
    }
    return block;
  }

  // In the opposite lane: when that side came to know the document.
  Block Arrival(const v1::Document& document, std::size_t lane) const {
    if (lanes_.count() == 1) return {};
    const Capital& capital = vocabulary_.capitals()[1 - lane];
    const v1::Event* event = FirstKnownTo(document, capital.id);
    if (event == nullptr) return {};
    return Text(Role::kDim, "known " + DateInWords(event->date(), capital.zone, vocabulary_.usual_year()),
                lane == 0 ? kArrowWidth + 1 : 0);
  }

  Block Text(Role role, const std::string& text, int indent) const {
    return Paragraph(page_, role, text, lanes_.width(), indent);
  }

  const Page& page_;
  const Vocabulary& vocabulary_;
  const v1::GetThreadResponse& thread_;
  Lanes lanes_;
};

}  // namespace

std::string RenderThread(const Page& page, const Vocabulary& vocabulary, const v1::GetThreadResponse& response) {
  Block block = ThreadPicture(page, vocabulary, response).Draw();
  block.push_back(Line(page));
  for (const v1::Crossing& crossing : response.crossings()) {
    AppendTo(block,
             Paragraph(page, Role::kDoubt,
                       absl::StrCat("× ", IdOf(crossing.first()), " and ", IdOf(crossing.second()),
                                    crossing.approximate() ? " may have crossed: their times leave it open."
                                                           : " crossed: each was sent before the other had arrived."),
                       page.width));
  }
  int answers = 0;
  for (const v1::ThreadEdge& edge : response.edges()) answers += edge.type() == v1::RELATION_TYPE_REPLIES_TO ? 1 : 0;
  std::string footer =
      absl::StrCat(Counted(response.documents_size(), "document"), ", ", Counted(answers, "answer"), ", ",
                   response.crossings().empty() ? "none" : absl::StrCat(response.crossings_size()), " crossed");
  if (answers > 0) footer += "; an answer's delay counts from when its side knew the question";
  AppendTo(block, Paragraph(page, Role::kDim, footer, page.width));
  return ToText(block);
}

}  // namespace hotline::cli
