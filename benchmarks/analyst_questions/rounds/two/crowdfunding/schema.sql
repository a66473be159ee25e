create table creator (
  creator_id integer primary key, display_name varchar not null, country_code varchar, is_verified boolean, signed_up_at timestamp
);
create table category (category_code varchar primary key, label varchar, parent_code varchar);
create table campaign (
  campaign_id integer primary key, creator_id integer references creator (creator_id), category_code varchar references category (category_code),
  title varchar, goal_amount decimal(12, 2), funding_model varchar, status varchar, launched_at timestamp, deadline_at timestamp,
  is_staff_pick boolean
);
create table backer (
  backer_id integer primary key, screen_name varchar, email varchar, country_code varchar, registered_at timestamp, newsletter boolean
);
create table reward (
  reward_id integer primary key, campaign_id integer references campaign (campaign_id), title varchar, min_pledge decimal(10, 2),
  quantity_limit integer, estimated_delivery date, delivered_on date
);
create table pledge (
  pledge_id integer primary key, campaign_id integer references campaign (campaign_id), backer_id integer references backer (backer_id),
  reward_id integer references reward (reward_id), amount decimal(10, 2), tip decimal(10, 2), status varchar, channel varchar,
  pledged_at timestamp, refunded_at timestamp
);
create table payout (
  payout_id integer primary key, campaign_id integer references campaign (campaign_id), gross_amount decimal(12, 2), platform_fee decimal(10, 2),
  processing_fee decimal(10, 2), status varchar, requested_at timestamp, paid_at timestamp
);
create table campaign_update (
  update_id integer primary key, campaign_id integer references campaign (campaign_id), headline varchar, visibility varchar, like_count integer,
  posted_at timestamp
);
comment on table creator is 'People and groups who raise money';
comment on table campaign is 'One row per fundraising project';
comment on table backer is 'Registered people who give money to campaigns';
comment on table reward is 'What a campaign promises in return for a pledge';
comment on table pledge is 'One promise of money by one backer to one campaign';
comment on table payout is 'Transfers of collected money to creators';
comment on table campaign_update is 'News that creators post about a campaign';
comment on column creator.country_code is 'ISO country code, two letters: US, GB, DE, FR, CA, NL, SE';
comment on column creator.is_verified is 'Whether the identity of the creator has been checked';
comment on column category.parent_code is 'The broader category; empty at the top';
comment on column campaign.goal_amount is 'Money that the campaign asks for, in US dollars';
comment on column campaign.funding_model is 'AON = all or nothing, KIA = keep it all';
comment on column campaign.status is 'D = draft, L = live, S = successful, F = failed, X = cancelled by the creator';
comment on column campaign.launched_at is 'When the campaign went live; empty for drafts';
comment on column campaign.deadline_at is 'When funding ends; empty for drafts';
comment on column campaign.is_staff_pick is 'Whether our editors feature it';
comment on column backer.country_code is 'ISO country code, two letters';
comment on column backer.newsletter is 'Whether the backer receives the newsletter';
comment on column reward.min_pledge is 'Smallest pledge that earns the reward, in US dollars';
comment on column reward.quantity_limit is 'How many there are; empty when unlimited';
comment on column reward.delivered_on is 'Day on which the last parcel left; empty while outstanding';
comment on column pledge.reward_id is 'Reward that the backer chose; empty for a pure donation';
comment on column pledge.tip is 'Voluntary extra for the platform, in US dollars';
comment on column pledge.status is 'A = authorised, C = collected, D = dropped because the payment failed, R = refunded';
comment on column pledge.channel is 'How the backer found the campaign: DIR = direct, SOC = social media, EML = email, SRC = search, REF = referral';
comment on column payout.status is 'REQ = requested, APP = approved, PAI = paid, REJ = rejected';
comment on column payout.platform_fee is 'Our commission, in US dollars';
comment on column payout.processing_fee is 'Fee of the card processor, in US dollars';
comment on column campaign_update.visibility is 'PUB = everyone, BCK = backers only';
