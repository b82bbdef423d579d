/**
 * The fields WeChat writes as bare numbers, by path; everything else is text (CDATA in XML, a string in JSON). The path matters:
 * `Location_X` is a number in a location message and text in a menu event.
 */
const numberPaths: ReadonlySet<string> = new Set(
  `
  CreateTime MsgId AgentID Idx ArticleCount
  Location_X Location_Y Scale FileTotalLen Latitude Longitude Precision MenuId
  SendPicsInfo.Count
  MsgID TotalCount FilterCount SentCount ErrorCount
  CopyrightCheckResult.Count CopyrightCheckResult.CheckState CopyrightCheckResult.ResultList.item.ArticleIdx
  CopyrightCheckResult.ResultList.item.UserDeclareState CopyrightCheckResult.ResultList.item.AuditState
  CopyrightCheckResult.ResultList.item.OriginalArticleType CopyrightCheckResult.ResultList.item.CanReprint
  CopyrightCheckResult.ResultList.item.NeedReplaceContent CopyrightCheckResult.ResultList.item.NeedShowReprintSource
  ArticleUrlResult.Count ArticleUrlResult.ResultList.item.ArticleIdx
  PublishEventInfo.publish_id PublishEventInfo.publish_status PublishEventInfo.fail_idx
  PublishEventInfo.article_detail.count PublishEventInfo.article_detail.item.idx
  SubscribeMsgPopupEvent.List.PopupScene SubscribeMsgSentEvent.List.ErrorCode
  ExpiredTime FailTime SuccTime DelayTime
  IsGiveByFriend OuterId IsRestoreMemberCard IsRecommendByFriend IsReturnBack IsChatRoom LocationId
  ModifyBonus ModifyBalance CreateOrderTime PayFinishTime MerchantId IsPass OrderStatus
  status version result.label detail.errcode detail.label detail.prob isrisky status_code
  ret first second result_info.apply_time result_info.audit_id result_info.audit_time result_info.status
  appeal_record_id appeal_time appeal_count appeal_from appeal_status
  Version Count Actions.ActionTime Actions.ActionType
  pay_time shipped_time estimated_settlement_time confirm_receive_method confirm_receive_time settlement_time
  Env WeChatPayInfo.PaidTime
  GoodsInfo.Quantity GoodsInfo.OrigPrice GoodsInfo.ActualPrice CoinInfo.Quantity CoinInfo.OrigPrice CoinInfo.ActualPrice
  RefundFee RetCode RefundStartTimestamp RefundSuccTimestamp RetryTimes
  AuthorizationCodeExpiredTime info.code_type task_status apply_status dispatch_info.dispatch_time expired beian_status
  TimeStamp ErrCode
  BatchJob.ErrCode MainDepartment Gender ParentId Order TagId ExtAttr.Item.Type JoinScene MemChangeCnt
  ApprovalInfo.SpStatus ApprovalInfo.ApplyTime ApprovalInfo.StatuChangeEvent ApprovalInfo.SpRecord.SpStatus
  ApprovalInfo.SpRecord.ApproverAttr ApprovalInfo.SpRecord.Details.SpStatus ApprovalInfo.SpRecord.Details.SpTime
  ApprovalInfo.OpenSpStatus ApprovalInfo.ApproverStep ApprovalInfo.ApprovalNodes.ApprovalNode.NodeStatus
  ApprovalInfo.ApprovalNodes.ApprovalNode.NodeAttr ApprovalInfo.ApprovalNodes.ApprovalNode.NodeType
  ApprovalInfo.ApprovalNodes.ApprovalNode.Items.Item.ItemStatus ApprovalInfo.ApprovalNodes.ApprovalNode.Items.Item.ItemOpTime
  event.feedback_event.type
  `
    .trim()
    .split(/\s+/u),
);

/** Whether WeChat writes the field at this path (names joined by dots, without list positions) as a bare number. */
export function isNumberField(path: string): boolean {
  return numberPaths.has(path);
}
