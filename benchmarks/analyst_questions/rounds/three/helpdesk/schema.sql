create table agents (
  agent_id integer primary key, agent_name varchar, team varchar, seniority varchar, timezone varchar, started_on date, is_on_leave boolean
);
create table customers (
  customer_id integer primary key, company_name varchar, tier varchar, industry varchar, country varchar, signed_up_on date,
  account_manager_id integer references agents (agent_id)
);
create table sla_policies (
  policy_id integer primary key, policy_name varchar, priority varchar, first_response_hours integer, resolution_hours integer
);
create table tickets (
  ticket_id integer primary key, customer_id integer references customers (customer_id), assigned_agent_id integer references agents (agent_id),
  policy_id integer references sla_policies (policy_id), subject varchar, channel varchar, category varchar, priority varchar, status varchar,
  created_at timestamp, first_response_at timestamp, solved_at timestamp, reopened_count integer, merged_into_ticket_id integer
);
create table ticket_tags (ticket_id integer references tickets (ticket_id), tag varchar, primary key (ticket_id, tag));
create table ticket_comments (
  comment_id integer primary key, ticket_id integer references tickets (ticket_id), author_type varchar,
  agent_id integer references agents (agent_id), is_public boolean, word_count integer, posted_at timestamp
);
create table satisfaction_ratings (
  rating_id integer primary key, ticket_id integer references tickets (ticket_id), score integer, remark varchar, rated_at timestamp
);
